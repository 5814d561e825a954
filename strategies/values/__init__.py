"""Dates, and values whose handling no page states."""
