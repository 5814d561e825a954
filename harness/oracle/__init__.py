"""Judge exchanges, as pure functions: without a clock and without a client."""
