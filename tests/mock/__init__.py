"""Tests of the embedded server and of its variants."""
