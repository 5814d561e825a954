"""Tests of the random phase."""
