"""What a command writes to a terminal, and asks there."""
