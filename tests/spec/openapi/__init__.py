"""Tests of the contract, and of the code that reads requirements from it."""
