"""The whole house at work: the command line, servers of others, and a real browser."""
