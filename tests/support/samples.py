"""What a test run takes of many servers and cases; the thorough tests take the whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from orders_conformance.mock import different, faulty

# All servers take about 900 s of CPU, these 80 s.
_STEP = 12


def left_out() -> frozenset[str]:
    """Return the names of all servers of the catalogues but every twelfth of each family, the first one included."""
    families = (*faulty.FAMILIES.values(), *different.FAMILIES.values())
    return frozenset(name for family in families for place, name in enumerate(family) if place % _STEP)


def sampled(cases: Iterable[Any], step: int) -> list[Any]:
    """Return the parameters of a test: every so many are for each test run, the others for the thorough one."""
    return [
        pytest.param(case, marks=pytest.mark.thorough) if place % step else case for place, case in enumerate(cases)
    ]
