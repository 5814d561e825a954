"""Calls that go on beside each other, and that nobody has to wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")


def start_thread(call: Callable[[], _T]) -> Future[_T]:
    """Call something in a thread of its own.

    The process may end before the call does, other than with the threads of an executor: an interrupt must not have to
    wait for an answer that does not come.
    """
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
