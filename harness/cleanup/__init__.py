"""Lists, deletes and describes for deletion the orders that runs left at a target."""
