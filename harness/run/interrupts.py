"""Defer interrupts until the run waits: for a response, for the rate limit, or for a pause to end.

So an interrupt does not leave an incomplete record or ledger, and does not prevent the writing of the reports. Ctrl-C
is one, and the signals by which a system or a terminal ends a process: SIGTERM and SIGHUP.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Interrupts:
    """Defers interrupts, and raises them while the run waits.

    Attributes:
        ended_by: the signal that ended the run; None where it was not ended by one.

    """

    def __init__(self) -> None:
        """Start without an interrupt."""
        self.ended_by: signal.Signals | None = None
        self._pending = False
        self._waiting = False

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Defer interrupts within the context, except while the run waits.

        Another handler of a signal, or its being ignored, is not changed: `nohup` has SIGHUP ignored. Outside the main
        thread, which alone can set a handler, the context does nothing.
        """
        defaults = {one: default for one, default in _DEFAULTS.items() if signal.getsignal(one) is default}
        if not _in_main_thread():
            defaults = {}
        for one in defaults:
            signal.signal(one, self._handle)
        try:
            yield
        finally:
            for one, default in defaults.items():
                signal.signal(one, default)

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

    def _handle(self, number: int, _frame: Any) -> None:
        self.ended_by = signal.Signals(number)
        self._pending = True
        if self._waiting:
            self._raise_pending()

    def _raise_pending(self) -> None:
        if self._pending:
            self._pending = self._waiting = False
            raise KeyboardInterrupt


# The signals that end a run, with what Python does on them by default. Windows has no SIGHUP.
_DEFAULTS: Mapping[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    **({signal.SIGHUP: signal.SIG_DFL} if hasattr(signal, "SIGHUP") else {}),
}


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
