"""Orders and bodies that must be rejected."""
