"""Lists the orders that runs left at a target, deletes them, and writes the vendor's batch file for the rest."""
