"""Tests of the commands that judge a target, or serve one."""
