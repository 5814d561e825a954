"""Judges exchanges. Pure: no clock, no client."""
