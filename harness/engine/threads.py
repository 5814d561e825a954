"""Concurrent calls that do not keep the process alive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")


def start_thread(call: Callable[[], _T]) -> Future[_T]:
    """Call a function in a new daemon thread.

    The process can end before the call returns, which the threads of an executor would prevent: after an interrupt, the
    process must not wait for a response that never arrives.
    """
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised by Future.result()
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
