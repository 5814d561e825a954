"""Tests of replaying a finding."""
