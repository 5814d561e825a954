"""Tests of HTTP messages and their bodies."""
