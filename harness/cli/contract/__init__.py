"""Commands that show the contract."""
