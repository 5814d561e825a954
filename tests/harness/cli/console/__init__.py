"""Tests of what a command writes to a terminal."""
