"""The run: target client, memory, oracle, verdict, profiles, pytest plugin and command line."""
