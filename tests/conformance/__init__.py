"""The suite that is run against a target: one test for each requirement of the contract."""
