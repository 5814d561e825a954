"""The contract, `orders.yaml`, and the code that reads it and enumerates its requirements."""
