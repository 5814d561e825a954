"""Draws values from Hypothesis strategies outside of a test; the same seed gives the same values in every process.

All values are drawn before the first one is used. If requests were sent inside a Hypothesis test, Hypothesis would
treat an exception of ours (budget spent, interrupt) as a failing test and repeat the request.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.internal.conjecture.choice import choice_permitted
from hypothesis.internal.conjecture.providers import GLOBAL_CONSTANTS, HypothesisProvider
from hypothesis.strategies import SearchStrategy

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


def _global_constant(self: HypothesisProvider, choice_type: Any, constraints: Any, *, p: float = 0.05) -> Any:
    """Draw a constant of Hypothesis's own list, with probability `p`; replaces a method of the provider.

    The original also draws literals of the local modules that are imported. The same seed would then give other values
    under pytest than on the command line, and literals of the embedded server would be among them.
    """
    random_source = cast("random.Random", self._random)
    if random_source.random() > p:
        return None
    known = GLOBAL_CONSTANTS.set_for_type(choice_type)
    permitted = [constant for constant in known if choice_permitted(constant, constraints)]
    return random_source.choice(permitted) if permitted else None


@contextmanager
def reproducible() -> Iterator[None]:
    """Make draws reproducible inside the context. It changes a class, so only one thread at a time may use it."""
    # Hypothesis creates some providers directly instead of by its registry; hence the class itself is patched.
    with patch.object(HypothesisProvider, "_maybe_draw_constant", _global_constant):
        yield
