"""Tests of deleting what runs created."""
