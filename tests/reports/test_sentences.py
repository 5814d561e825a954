"""Sentences that several reports contain."""

import pytest

from orders_conformance.reports.sentences import capitalised, counted, evidence_count, how_often


@pytest.mark.parametrize(
    ("exchanges", "against", "sentence"),
    [
        (7, 0, ""),
        (1, 1, "Shown by the only exchange that tested it."),
        (2, 1, "Shown once; not seen again in the one other exchange that tested it."),
        (1_201, 1, "Shown once; not seen again in the 1,200 other exchanges that tested it."),
        (3, 3, "Shown by all 3 exchanges that tested it."),
        (5_000, 1_024, "Shown by 1,024 of the 5,000 exchanges that tested it."),
    ],
)
def test_the_number_of_exchanges_that_failed_is_said(exchanges: int, against: int, sentence: str) -> None:
    assert evidence_count({"exchanges": exchanges, "against": against, "in_common": None, "forced": False}) == sentence


COMMON = "with an offset in orderedAt"


def test_what_the_exchanges_that_failed_have_in_common_is_said() -> None:
    requirement = {"exchanges": 380, "against": 88, "in_common": COMMON, "forced": False}
    assert evidence_count(requirement) == f"Shown by 88 of the 380 exchanges that tested it, all {COMMON}."
    assert how_often(requirement) == f"88 of 380, all {COMMON}"


@pytest.mark.parametrize(("against", "words"), [(0, ""), (1, "1 of 1,200"), (1_200, "1,200 of 1,200")])
def test_how_often_is_said_in_few_words(against: int, words: str) -> None:
    assert how_often({"exchanges": 1_200, "against": against, "in_common": None, "forced": False}) == words


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


@pytest.mark.parametrize(
    ("number", "nouns", "text"),
    [
        (0, ("request",), "0 requests"),
        (1, ("request",), "1 request"),
        (1_200, ("request",), "1,200 requests"),
        (1, ("retry", "retries"), "1 retry"),
        (2, ("retry", "retries"), "2 retries"),
    ],
)
def test_a_number_has_the_right_form_of_its_noun(number: int, nouns: tuple[str, ...], text: str) -> None:
    assert counted(number, *nouns) == text


def test_what_forced_responses_alone_show_is_said_to_be_forced() -> None:
    requirement = {"exchanges": 1, "against": 1, "in_common": None, "forced": True}
    assert how_often(requirement) == "1 of 1, forced"
    assert evidence_count(requirement) == (
        "Shown by the only exchange that tested it. Judged by forced responses alone."
    )
