"""Performs scripts, has each exchange judged, and records it."""
