"""An interrupt (Ctrl-C) comes through only where a run waits: for an answer, for its turn, for time to pass.

Anywhere else it is kept until then, so that record and ledger are never left in the middle of something, and that an
interrupt while the reports are written does not cost the reports.
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
    """Keeps interrupts back, and lets them through."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept = False
        self._waiting = False

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Keep interrupts back while the context lasts, but where the run waits.

        Where somebody else handles interrupts, or ignores them, that is left alone; so it is outside the main thread,
        which alone can.
        """
        if not _in_main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._keep)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def letting(self, wait: Callable[_P, _R]) -> Callable[_P, _R]:
        """Make a function of one that waits: interrupts come through it, those that were kept back first."""

        def waiting(*arguments: _P.args, **words: _P.kwargs) -> _R:
            if not _in_main_thread():
                return wait(*arguments, **words)
            self._waiting = True
            try:
                self._let_through()
                return wait(*arguments, **words)
            finally:
                self._waiting = False

        return waiting

    def _keep(self, _number: int, _frame: Any) -> None:
        self._kept = True
        if self._waiting:
            self._let_through()

    def _let_through(self) -> None:
        if self._kept:
            self._kept = self._waiting = False
            raise KeyboardInterrupt


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
