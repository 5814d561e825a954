"""The processor time of a piece of code, told apart from what else the process does."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Spent:
    """The processor time of the measured code in seconds; 0 until it has ended."""

    seconds: float = 0.0


@contextmanager
def processor_time() -> Iterator[Spent]:
    """Measure the processor time that this thread spends within the context.

    The garbage collector waits: in a process that has run thousands of tests, one collection of all objects takes
    0.1 s and more, and whose time that is depends on chance.
    """
    spent, collecting = Spent(), gc.isenabled()
    gc.disable()
    began = time.thread_time()
    try:
        yield spent
    finally:
        spent.seconds = time.thread_time() - began
        if collecting:
            gc.enable()
