"""Finding and hiding secrets, in whatever encoding they are written."""
