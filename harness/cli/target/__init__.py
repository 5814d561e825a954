"""Commands that judge a target, or serve one."""
