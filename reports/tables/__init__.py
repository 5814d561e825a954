"""What the pages and texts on several runs have in common."""
