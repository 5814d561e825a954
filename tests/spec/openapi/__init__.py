"""Tests of plain copies of the contract."""
