"""The embedded orders server, its faulty siblings and its merely different siblings."""
