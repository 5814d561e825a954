"""Tests of learning from records."""
