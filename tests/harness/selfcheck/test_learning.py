"""Learning from servers that differ: a run against what was learned comes to the same verdicts and observations."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.selfcheck.learning import FAULTY, LEARNT, NAME, Comparer, Comparison, compare_all, page
from orders_conformance.harness.selfcheck.learning import row as row_of
from orders_conformance.mock.different import FAMILIES
from orders_conformance.mock.drawn.faults import FAULTS

PAGE = (Path(__file__).parents[3] / "docs" / NAME).read_text(encoding="utf-8")
# One of each family; `selfcheck --learning` compares all, in minutes.
SAMPLE = (
    ("messages", "german-messages"),
    ("representation", "milliseconds"),
    ("headers", "no-challenge"),
    ("limits", "own-currency-only"),
    ("rules", "bad-request-for-media-type"),
    ("written instants", "instants-east-of-utc"),
    ("texts", "nul-rejected"),
    ("numbers", "two-decimals-at-least"),
    (FAULTY, "price-takes-string"),
)


@pytest.fixture(scope="module")
def comparer() -> Comparer:
    return Comparer()


@pytest.mark.slow  # 2 s of CPU each: a run, every option of every choice tried, and another run
@pytest.mark.parametrize(("family", "name"), SAMPLE, ids=[name for _, name in SAMPLE])
def test_a_server_that_was_learned_has_the_row_of_the_page(comparer: Comparer, family: str, name: str) -> None:
    found = comparer.compare(family, name)
    assert len(found.unequal) <= found.requirements // 10
    assert row_of(found) in PAGE.splitlines(), "write docs/learning.md again with selfcheck --learning"


def test_the_page_has_every_server_and_nine_in_ten_are_equal() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")
    ]
    measured = [one for one in rows if one[0] in {*LEARNT, FAULTY}]
    assert {one[1] for one in measured} == {*FAULTS, *(name for family in LEARNT for name in FAMILIES[family])}
    equal = [one for one in measured if one[-1] == "-"]
    assert len(equal) >= 0.9 * len(measured)
    for one in measured:
        alike, _, requirements = one[4].partition(" of ")
        assert int(alike) >= 0.9 * int(requirements)


def test_an_unequal_requirement_is_named() -> None:
    one = Comparison("rules", "odd", {"null": "rejected"}, 8, 9, 20, 3, ("create/x",))
    text = page([one])
    assert "| rules | odd | `null = 'rejected'` | 17 | 19 of 20 | 8 of 9 | `create/x` |" in text
    assert "Of 1 servers 0 are equal in all verdicts and observations." in text


def test_an_unknown_server_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no server 'nobody' to learn from"):
        compare_all(["nobody"])
