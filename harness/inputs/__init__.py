"""What a user hands in, checked. Sends nothing."""
