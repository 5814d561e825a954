"""Tests of the commands that read the record of a run."""
