"""The ledger: a file of every try that may have created an order. Independent of the transport."""
