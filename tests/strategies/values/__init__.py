"""Tests of generated values."""
