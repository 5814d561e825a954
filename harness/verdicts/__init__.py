"""From evidence to verdicts. Pure."""
