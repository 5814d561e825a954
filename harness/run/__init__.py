"""One run, assembled."""
