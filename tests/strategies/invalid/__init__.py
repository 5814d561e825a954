"""Tests of invalid fields and bodies."""
