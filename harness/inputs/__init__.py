"""Reads and checks the input of a user. Sends nothing."""
