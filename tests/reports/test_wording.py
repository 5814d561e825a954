"""Sentences that several reports say."""

import pytest

from orders_conformance.reports.wording import capitalised, weight


@pytest.mark.parametrize(
    ("exchanges", "against", "sentence"),
    [
        (7, 0, ""),
        (1, 1, "Shown by the only exchange that bears on it."),
        (2, 1, "Shown once; not seen again in the one other exchange that bears on it."),
        (1_201, 1, "Shown once; not seen again in the 1,200 other exchanges that bear on it."),
        (3, 3, "Shown by all 3 exchanges that bear on it."),
        (5_000, 1_024, "Shown by 1,024 of the 5,000 exchanges that bear on it."),
    ],
)
def test_the_weight_of_the_evidence_is_said(exchanges: int, against: int, sentence: str) -> None:
    assert weight({"exchanges": exchanges, "against": against}) == sentence


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the budget is spent", "The budget is spent"),
        ("none", "None"),
        ("a, b", "A, b"),
        ("", ""),
        ("The end", "The end"),
        ("409 came", "409 came"),
        ("orderedAt is late", "orderedAt is late"),
        ("price: 0", "price: 0"),
        ("x12 was refused", "x12 was refused"),
        ("create/no-5xx failed", "create/no-5xx failed"),
    ],
)
def test_a_sentence_begins_with_a_capital_and_a_name_stays(text: str, shown: str) -> None:
    assert capitalised(text) == shown
