"""Requests to send: Hypothesis strategies and systematic probes, derived from the contract."""
