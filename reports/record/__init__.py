"""The record of a run: its types, its schema, its writer and its reader."""
