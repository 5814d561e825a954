"""Tests of follow-up requests."""
