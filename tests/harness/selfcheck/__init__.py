"""The kill matrix: what the suite finds, whom it accuses, and what it costs."""
