"""Tests of the project, and the suite that it runs against a target."""
