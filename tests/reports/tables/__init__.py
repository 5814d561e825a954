"""Tests of reports/tables/."""
