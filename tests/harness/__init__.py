"""The run: target, oracle, memory, verdict, command line."""
