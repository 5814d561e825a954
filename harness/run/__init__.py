"""Assembles and conducts a run."""
