"""Tests of drawn servers."""
