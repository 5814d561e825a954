"""The processor time of a piece of code, told apart from what else the process does."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from orders_conformance.harness.engine.evaluation import Evaluation, JudgedExchange
from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification


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


@contextmanager
def judging_times() -> Iterator[list[float]]:
    """Measure how many seconds it takes to judge and to write each exchange within the context."""
    measured: list[float] = []
    judge = Evaluation.judge

    def timed(
        self: Evaluation, unnamed: Exchange, classification: Classification, *, suspect: bool = True
    ) -> JudgedExchange:
        with processor_time() as spent:
            judged = judge(self, unnamed, classification, suspect=suspect)
        measured.append(spent.seconds)
        return judged

    with mock.patch.object(Evaluation, "judge", timed):
        yield measured
