"""Tests of servers that were learned."""
