"""Draws values from Hypothesis strategies outside of a test; the same seed gives the same values in every process.

All values are drawn before the first one is used. If requests were sent inside a Hypothesis test, Hypothesis would
treat an exception of ours (budget spent, interrupt) as a failing test and repeat the request.
"""

from __future__ import annotations

import random
from typing import TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.strategies import SearchStrategy

from orders_conformance.strategies.generated.hypothesis_provider import reproducible

T = TypeVar("T")

# From the eleventh example on, Hypothesis mostly returns a mutation of an earlier one.
_ROUND_SIZE = 10


def draw(strategy: SearchStrategy[T], number: int, seeds: random.Random) -> list[T]:
    """Return values drawn from a strategy.

    Args:
        strategy: the strategy.
        number: the number of values, at most; a strategy with few distinct values gives fewer.
        seeds: the source of seeds.

    """
    drawn: list[T] = []
    with reproducible():
        for _ in range(-(-number // _ROUND_SIZE)):
            drawn += _round(strategy, seeds.getrandbits(64))
    return drawn[:number]


def _round(strategy: SearchStrategy[T], number: int) -> list[T]:
    drawn: list[T] = []

    @seed(number)
    @settings(
        max_examples=_ROUND_SIZE,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(strategy)
    def collect(value: T) -> None:
        drawn.append(value)

    collect()
    return drawn
