"""The schedule of a run: which of its requests meet which fault, drawn by a seed; from one fault to frequent ones."""

from __future__ import annotations

import random
import threading
from collections import Counter

from tests.chaos.faults import FAULTS
from tests.chaos.proxy import Fault, conform

SINGLE = "single fault"
SCHEDULES = (SINGLE, "rare faults", "occasional faults", "bursts of faults", "frequent faults")

_KINDS = tuple(FAULTS)
# A fault that is to be the only one meets a request up to this one.
_EARLIEST_END = 150


class FaultSchedule:
    """Chooses the fault of each request in turn.

    Attributes:
        name: one of `SCHEDULES`, from one fault to faults in most requests.
        met: how often each fault was chosen.

    """

    def __init__(self, seed: int) -> None:
        """Draw the schedule of a seed."""
        self._dice = random.Random(seed)  # noqa: S311 - a seed that repeats the run, and no secret
        self._lock = threading.Lock()
        self._asked = 0
        self._burst: list[str] = []
        self.met: Counter[str] = Counter()
        self.name = SCHEDULES[seed % len(SCHEDULES)]
        # Every fault has its turn as the only one.
        self._only = _KINDS[seed // len(SCHEDULES) % len(_KINDS)]
        self._kinds = self._dice.sample(
            _KINDS, self._dice.randrange(1, 5 if self.name == "frequent faults" else len(_KINDS))
        )
        self._at = self._dice.randrange(_EARLIEST_END)
        chances = {
            "rare faults": (0.01, 0.05),
            "occasional faults": (0.05, 0.2),
            "bursts of faults": (0.01, 0.05),
            "frequent faults": (0.2, 0.7),
        }
        self.chance = self._dice.uniform(*chances.get(self.name, (0.0, 0.0)))

    def choose(self) -> Fault:
        """Choose what the next request meets."""
        with self._lock:
            kind = self._next()
            if kind is None:
                return conform
            self.met[kind] += 1
            fault, dice = FAULTS[kind], random.Random(self._dice.random())  # noqa: S311 - as above
            return lambda connection: fault(connection, dice)

    def _next(self) -> str | None:
        self._asked += 1
        if self.name == SINGLE:
            return self._only if self._asked == self._at + 1 else None
        if not self._burst and self._dice.random() < self.chance:
            length = self._dice.randrange(2, 25) if self.name == "bursts of faults" else 1
            self._burst = [self._dice.choice(self._kinds)] * length
        return self._burst.pop() if self._burst else None
