"""Learns from the record of a run how its target behaves, so that the embedded server can behave the same.

It reads the record only, and knows nothing of how a run is judged.
"""
