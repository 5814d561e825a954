"""References: the prefix of the run, a counter, and never the same one twice."""

from __future__ import annotations

import itertools
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from orders_conformance.strategies.orders.references import References, run_prefix


def test_references_count_in_base_36() -> None:
    handed_out = References("OC123456")
    first = [handed_out.fresh() for _ in range(1297)]
    assert first[:2] == ["OC123456-1", "OC123456-2"]
    assert [first[number - 1] for number in (10, 35, 36, 1296, 1297)] == [
        f"OC123456-{digits}" for digits in ("A", "Z", "10", "100", "101")
    ]


def test_the_prefix_of_a_run_has_a_form_that_a_person_can_find() -> None:
    assert re.fullmatch(r"OC[0-9A-Z]{6}", run_prefix())


def test_runs_have_prefixes_of_their_own() -> None:
    assert len({run_prefix() for _ in range(100)}) == 100


@pytest.mark.parametrize("lanes", [2, 8])
def test_threads_never_get_the_same_reference(lanes: int) -> None:
    handed_out = References("OC123456")
    with ThreadPoolExecutor(lanes) as pool:
        batches = pool.map(lambda _lane: [handed_out.fresh() for _ in range(500)], range(lanes))
    assert len(set(itertools.chain.from_iterable(batches))) == 500 * lanes
