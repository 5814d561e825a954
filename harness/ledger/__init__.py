"""The file of every try that may leave an order behind. Knows no transport."""
