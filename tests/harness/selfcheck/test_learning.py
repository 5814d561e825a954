"""Learning from servers that differ: a run against what was learned comes to the same verdicts and observations."""

from __future__ import annotations

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.selfcheck.learning import FAULTY, Comparer, Comparison, compare_all, page

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
def test_a_server_that_was_learned_gets_the_same_verdicts_and_observations(
    comparer: Comparer, family: str, name: str
) -> None:
    assert comparer.compare(family, name).unequal == ()


def test_an_unequal_requirement_is_named() -> None:
    one = Comparison("rules", "odd", {"null": "rejected"}, 8, 9, 20, 3, ("create/x",))
    text = page([one])
    assert "| rules | odd | `null = 'rejected'` | 17 | 19 of 20 | 8 of 9 | `create/x` |" in text
    assert "Of 1 servers 0 are equal in all verdicts and observations." in text


def test_an_unknown_server_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no server 'nobody' to learn from"):
        compare_all(["nobody"])
