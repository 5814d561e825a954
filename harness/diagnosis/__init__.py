"""Follow-up requests that find which requirement was broken."""
