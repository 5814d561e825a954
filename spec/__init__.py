"""The contract, `orders.yaml`, and the code that reads requirements out of it."""
