"""The limits of a run on its target: budget, rate, circuit breaker and wrong credentials."""
