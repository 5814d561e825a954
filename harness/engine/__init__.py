"""Perform scripts; judge and record each exchange."""
