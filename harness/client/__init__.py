"""One request out, one outcome in. Knows no requirement."""
