"""HTTP messages: a request and its response, and JSON bodies."""
