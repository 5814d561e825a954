"""The record of a run: its types, how it is written and how it is read."""
