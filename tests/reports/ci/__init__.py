"""Tests of what a run tells a CI system."""
