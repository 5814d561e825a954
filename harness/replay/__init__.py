"""Replays a finding of a record: sends its requests again and judges the responses."""
