"""Derive verdicts from evidence, as pure functions."""
