"""Tests of the commands that show the contract."""
