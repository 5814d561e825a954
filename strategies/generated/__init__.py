"""Random requests; all are drawn before the first one is sent."""
