"""Drawing from Hypothesis strategies outside of a test: the same seed gives the same values everywhere.

Everything is drawn before the first value is used. If requests were sent inside a Hypothesis test, an exception of ours
(budget spent, interrupt) would be taken for a failing test and sent again.
"""

from __future__ import annotations

import random
from typing import TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.strategies import SearchStrategy

from orders_conformance.strategies.generated.hypothesis_provider import reproducible

T = TypeVar("T")

# From its eleventh draw on, Hypothesis mostly repeats an earlier one with a small change.
_ROUND = 10


def draw(strategy: SearchStrategy[T], number: int, seeds: random.Random) -> list[T]:
    """Draw values.

    Args:
        strategy: where from.
        number: how many, at most; a strategy with few values gives fewer.
        seeds: makes the draws reproducible.

    """
    drawn: list[T] = []
    with reproducible():
        for _ in range(-(-number // _ROUND)):
            drawn += _round(strategy, seeds.getrandbits(64))
    return drawn[:number]


def _round(strategy: SearchStrategy[T], number: int) -> list[T]:
    drawn: list[T] = []

    @seed(number)
    @settings(
        max_examples=_ROUND,
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
