"""Compares the records of two runs."""
