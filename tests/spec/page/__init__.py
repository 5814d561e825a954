"""Tests of the comparison of the contract with the vendor's page."""
