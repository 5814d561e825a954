"""Dates and times: plain ones are plain, near misses are wrong, and other forms keep the same instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_conformance.spec.date_time import is_unusual, parse
from orders_conformance.strategies.values.dates import (
    FORMS,
    NEAR_MISSES,
    PLAIN,
    UNUSUAL,
    forms,
    near_misses,
    plain_instants,
    rewritten,
    written,
)

FIRST, LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ((None, 0), "2024-01-01T16:17:16Z"),
        ((2, 0), "2024-01-01T18:17:16+02:00"),
        ((-8, 0), "2024-01-01T08:17:16-08:00"),
        ((None, 3), "2024-01-01T16:17:16.123Z"),
        ((5.5, 1), "2024-01-01T21:47:16.1+05:30"),
        ((None, 6), "2024-01-01T16:17:16.123456Z"),
        ((-0.25, 0), "2024-01-01T16:02:16-00:15"),
        ((0, 0), "2024-01-01T16:17:16+00:00"),
    ],
)
def test_an_instant_is_written_in_a_form(form: tuple[float | None, int], text: str) -> None:
    assert written(MOMENT, form) == text


@settings(derandomize=True, deadline=None)
@given(plain_instants(FIRST, LAST), forms())
def test_every_form_is_strict_and_means_the_same_second(moment: datetime, form: tuple[float | None, int]) -> None:
    read = parse(written(moment, form))
    assert read is not None
    assert read.replace(microsecond=0) == moment


@settings(derandomize=True, deadline=None)
@given(
    plain_instants(FIRST, LAST),
    st.integers(0, 999_999),
    st.tuples(st.sampled_from([None, 2, -8, 5.5]), st.sampled_from([0, 3, 6])),
)
def test_rewriting_keeps_the_instant(moment: datetime, microsecond: int, form: tuple[float | None, int]) -> None:
    exact = moment.replace(microsecond=microsecond)
    assert parse(rewritten(exact, form)) == exact


def test_rewriting_changes_the_text() -> None:
    assert rewritten(MOMENT, (2, 0)) == "2024-01-01T18:17:16+02:00"
    assert rewritten(MOMENT, (None, 3)) == "2024-01-01T16:17:16.000Z"


@settings(derandomize=True, deadline=None)
@given(plain_instants(FIRST, LAST))
def test_plain_instants_are_whole_seconds_between_two_others(moment: datetime) -> None:
    assert FIRST <= moment <= LAST
    assert moment.microsecond == 0
    assert moment.utcoffset() == timedelta()


@pytest.mark.parametrize("text", PLAIN)
def test_plain_texts_are_strict(text: str) -> None:
    assert parse(text) is not None


def test_plain_texts_have_offsets_and_fractions_and_neither() -> None:
    assert {text.endswith("Z") for text in PLAIN} == {True, False}
    assert {"." in text for text in PLAIN} == {True, False}


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_near_misses_are_wrong(text: str) -> None:
    assert parse(text) is None
    assert not is_unusual(text)


@pytest.mark.parametrize("text", UNUSUAL)
def test_what_lies_beyond_is_well_formed_all_the_same(text: str) -> None:
    assert parse(text) is not None


@settings(derandomize=True, deadline=None)
@given(near_misses())
def test_random_near_misses_are_wrong(text: str) -> None:
    assert parse(text) is None
    assert not is_unusual(text)


@settings(derandomize=True, deadline=None)
@given(near_misses())
def test_random_near_misses_are_close_to_dates(text: str) -> None:
    assert text in NEAR_MISSES or any(
        len(text) == len(plain) and sum(a != b for a, b in zip(text, plain, strict=True)) <= 1 for plain in PLAIN
    )


def test_the_forms_differ_in_offset_and_fraction() -> None:
    assert len(set(FORMS)) == len(FORMS)
    assert {offset for offset, _ in FORMS} >= {None, 2, -8}
    assert {digits for _, digits in FORMS} >= {0, 3, 6}
