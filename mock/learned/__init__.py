"""Servers whose choices and responses were learned from the record of a run on another server."""
