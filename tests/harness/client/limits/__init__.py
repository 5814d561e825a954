"""Tests of the limits of a run on its target."""
