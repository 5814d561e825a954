"""Send follow-up requests that find which requirement was broken."""
