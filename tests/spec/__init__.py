"""The contract, and the code that reads requirements out of it."""
