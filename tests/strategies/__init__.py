"""What is sent: valid where it has to be, and wrong in just the way that it says."""
