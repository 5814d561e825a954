"""Conformant servers that are put together from independent choices, and faults that each of them may have besides."""
