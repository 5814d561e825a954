"""Sends a finding of a record again."""
