"""Valid orders of the plain core."""
