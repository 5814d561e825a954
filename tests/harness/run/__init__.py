"""Tests of a run and its parts."""
