"""The vendor's page as text, and whether it still says what the contract was written from."""
