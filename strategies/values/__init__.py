"""Values of fields: date-times, and unusual values of all types."""
