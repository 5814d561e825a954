"""Tests of generated requests: valid ones are valid, and invalid ones have exactly the named fault."""
