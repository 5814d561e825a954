"""Drawing from Hypothesis strategies outside of a test: the same seed gives the same values everywhere.

Everything is drawn before the first value is used. If requests were sent inside a Hypothesis test, an exception of ours
(budget spent, interrupt) would be taken for a failing test and sent again.
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


def _global_constant(self: HypothesisProvider, choice_type: Any, constraints: Any, *, p: float = 0.05) -> Any:
    """Draw a constant, but none of the modules that happen to be imported.

    Hypothesis mixes literals of the loaded local modules into what it draws, so that a seed would mean another thing
    under pytest than on the command line, and the literals of a server in the same process would be among them.
    """
    chance = cast("random.Random", self._random)
    if chance.random() > p:
        return None
    known = GLOBAL_CONSTANTS.set_for_type(choice_type)
    permitted = [constant for constant in known if choice_permitted(constant, constraints)]
    return chance.choice(permitted) if permitted else None


@contextmanager
def reproducible() -> Iterator[None]:
    """Draw reproducibly while the context lasts; the setting is the process's: not for two threads at a time."""
    # Hypothesis makes some of its providers itself, without looking into its registry; so the class is changed.
    with patch.object(HypothesisProvider, "_maybe_draw_constant", _global_constant):
        yield
