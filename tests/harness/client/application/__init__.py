"""Tests of ASGI applications in this process as targets."""
