"""Shows the verdicts of several runs side by side."""
