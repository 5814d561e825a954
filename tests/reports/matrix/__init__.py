"""Tests of reports/matrix/."""
