"""Random requests, drawn before they are sent."""
