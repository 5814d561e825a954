"""Sends requests to a target, within limits and with retries. Independent of the requirements."""
