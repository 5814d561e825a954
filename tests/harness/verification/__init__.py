"""Tests of verifying records and folders of reports."""
