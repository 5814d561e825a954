"""Tests of verdicts and tallies."""
