"""Tests of finding and hiding secrets."""
