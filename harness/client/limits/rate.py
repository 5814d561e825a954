"""Space the tries of a run evenly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Tries per second once a rate limit of the target was seen: at first, and at least.
_FIRST_LIMIT, _SLOWEST = 8.0, 1.0
# More than 1 by what adding up binary fractions may lose.
_TOLERANCE = 1.001


@dataclass
class RateLimit:
    """Spaces tries evenly; thread-safe.

    Attributes:
        rate: the most tries per second; 0 for no limit.
        clock: returns seconds, monotonic.
        sleep: waits a number of seconds.

    """

    rate: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def wait(self, at_once: bool = False) -> None:  # noqa: FBT001, FBT002 - a callable of one argument is passed on
        """Wait until the next try may be sent.

        Args:
            at_once: whether it may follow the try before it without a wait. The average rate is kept: the next try
                waits longer, and no two in a row skip their wait.

        """
        if not self.rate:
            return
        with self._lock:
            now, interval = self.clock(), 1 / self.rate
            start = now if at_once and self._next <= now + interval * _TOLERANCE else max(now, self._next)
            self._next = max(start, self._next) + interval
        if start > now:
            self.sleep(start - now)

    def slow_down(self) -> None:
        """Halve the rate, to one try per second at least; where there was no limit, set one."""
        with self._lock:
            self.rate = min(self.rate, max(_SLOWEST, self.rate / 2)) if self.rate else _FIRST_LIMIT
