"""Date-times of responses are read exactly."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.harness.oracle.response.instant import Instant, read_instant


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_datetime_can_hold_is_read_as_it_reads_it(instant: datetime) -> None:
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    expected = Decimal(since.days * 86400 + since.seconds) + Decimal(since.microseconds).scaleb(-6)
    assert read_instant(f"{instant:%Y}".zfill(4) + instant.isoformat()[4:]) == Instant(expected)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", "0"),
        ("1970-01-01T00:00:00.123456789012Z", "0.123456789012"),
        ("0001-01-01T00:00:00Z", "-62135596800"),
        ("0000-12-31T00:00:00Z", "-62135683200"),
        ("0000-01-01T00:00:00Z", "-62167219200"),
        ("-000001-12-31T00:00:00Z", "-62167305600"),
        ("-0001-12-31T00:00:00Z", "-62167305600"),
        ("+010000-01-01T00:00:00Z", "253402300800"),
        ("1970-01-01T00:00:00-00:01", "60"),
        ("1970-01-01", "0"),
        ("1970-01-01T00:00", "0"),
    ],
)
def test_the_seconds_since_1970(text: str, seconds: str) -> None:
    assert read_instant(text) == Instant(Decimal(seconds))


def test_a_leap_second_has_the_seconds_of_the_next() -> None:
    assert read_instant("2016-12-31T23:59:60Z") == Instant(Decimal(1483228800), is_leap_second=True)


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "2024-02-30T00:00:00Z", "1900-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z"),
        *("2024-01-01T24:00:01Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00+24:00"),
        *("2024-01-01T00:00:00." + "1" * 200 + "Z", "\uff12024-01-01T00:00:00Z", 1704125836, None, True),
    ],
)
def test_anything_else_is_no_instant(value: object) -> None:
    assert read_instant(value) is None
