"""Invalid orders and bodies, which must be rejected."""
