"""Scripts: what is sent, in which order."""
