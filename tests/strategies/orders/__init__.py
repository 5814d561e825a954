"""Tests of generated orders."""
