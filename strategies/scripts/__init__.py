"""Scripts: which requests are sent, and in which sequence."""
