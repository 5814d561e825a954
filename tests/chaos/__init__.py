"""Tests of a run over a network that fails: a proxy stands before the embedded server and does what networks do."""
