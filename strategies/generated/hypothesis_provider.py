"""The one place that changes Hypothesis inside: the same seed gives the same values in every process.

Hypothesis has no setting for it. Its provider mixes literals of the loaded local modules into what it draws, and it
makes some of its providers without looking into its registry of them, so that one of our own would not be used
everywhere. `pyproject.toml` names the major version that this was written for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from unittest.mock import patch

from hypothesis.internal.conjecture.choice import choice_permitted
from hypothesis.internal.conjecture.providers import GLOBAL_CONSTANTS, HypothesisProvider


@contextmanager
def reproducible() -> Iterator[None]:
    """Draw reproducibly while the context lasts; the setting is the process's: not for two threads at a time."""
    with patch.object(HypothesisProvider, "_maybe_draw_constant", _global_constant):
        yield


def _global_constant(self: HypothesisProvider, choice_type: Any, constraints: Any, *, p: float = 0.05) -> Any:
    """Draw a constant, but none of the modules that happen to be imported.

    With them, a seed would mean another thing under pytest than on the command line, and the literals of a server in
    the same process would be among what is drawn.
    """
    chance = cast("random.Random", self._random)
    if chance.random() > p:
        return None
    known = GLOBAL_CONSTANTS.set_for_type(choice_type)
    permitted = [constant for constant in known if choice_permitted(constant, constraints)]
    return chance.choice(permitted) if permitted else None
