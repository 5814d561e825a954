"""Judge the body of a response."""
