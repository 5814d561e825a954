"""The random phase of a run."""
