"""The detection matrix: what the suite finds, which servers it fails wrongly, and how many requests it needs."""
