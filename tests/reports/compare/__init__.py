"""Tests of reports/compare/."""
