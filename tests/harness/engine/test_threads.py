"""Calls that go on beside each other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from orders_conformance.harness.engine.threads import start_thread


def test_the_result_comes_when_it_is_asked_for() -> None:
    assert start_thread(lambda: 7).result() == 7


def test_what_goes_wrong_is_raised_where_the_result_is_asked_for() -> None:
    def fail() -> None:
        message = "so it is"
        raise LookupError(message)

    with pytest.raises(LookupError, match="so it is"):
        start_thread(fail).result()


def test_a_process_does_not_wait_for_a_call_that_does_not_end() -> None:
    program = """
import threading
from orders_conformance.harness.engine.threads import start_thread
start_thread(threading.Event().wait)
print("over")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True)  # noqa: S603 - a program of our own
    assert (ended.stdout, ended.stderr) == (b"over\n", b"")
