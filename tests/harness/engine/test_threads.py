"""Concurrent calls."""

from __future__ import annotations

import subprocess
import sys

import pytest

from orders_conformance.harness.engine.threads import start_thread


def test_the_future_returns_the_result() -> None:
    assert start_thread(lambda: 7).result() == 7


def test_the_future_raises_the_exception() -> None:
    def fail() -> None:
        message = "so it is"
        raise LookupError(message)

    with pytest.raises(LookupError, match="so it is"):
        start_thread(fail).result()


def test_a_process_ends_before_a_call_that_does_not_end() -> None:
    program = """
import threading
from orders_conformance.harness.engine.threads import start_thread
start_thread(threading.Event().wait)
print("over")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True)  # noqa: S603 - a program of our own
    assert (ended.stdout, ended.stderr) == (b"over\n", b"")
