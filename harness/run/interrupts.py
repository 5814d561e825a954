"""Defer interrupts (Ctrl-C) until the run waits: for a response, for the rate limit, or for a pause to end.

So an interrupt does not leave an incomplete record or ledger, and does not prevent the writing of the reports.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Interrupts:
    """Defers interrupts, and raises them while the run waits."""

    def __init__(self) -> None:
        """Start without an interrupt."""
        self._pending = False
        self._waiting = False

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Defer interrupts within the context, except while the run waits.

        Another handler of interrupts, or their being ignored, is not changed. Outside the main thread, which alone can
        set a handler, the context does nothing.
        """
        if not _in_main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def interruptible(self, wait: Callable[_P, _R]) -> Callable[_P, _R]:
        """Return a function that waits as `wait` does and that interrupts can end; deferred ones end it at once."""

        def waiting(*arguments: _P.args, **keywords: _P.kwargs) -> _R:
            if not _in_main_thread():
                return wait(*arguments, **keywords)
            self._waiting = True
            try:
                self._raise_pending()
                return wait(*arguments, **keywords)
            finally:
                self._waiting = False

        return waiting

    def _handle(self, _number: int, _frame: Any) -> None:
        self._pending = True
        if self._waiting:
            self._raise_pending()

    def _raise_pending(self) -> None:
        if self._pending:
            self._pending = self._waiting = False
            raise KeyboardInterrupt


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
