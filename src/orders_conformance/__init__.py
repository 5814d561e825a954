"""The executable contract of one endpoint: Create an order."""
