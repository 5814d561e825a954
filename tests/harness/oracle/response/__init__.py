"""Tests of the judges of response bodies."""
