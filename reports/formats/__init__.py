"""Report formats for other programs."""
