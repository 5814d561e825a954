"""Date-times with all their digits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.mock.instants import Form, Instant, read_instant


def read(text: str) -> Instant:
    instant = read_instant(text)
    assert instant is not None
    return instant


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01t16:17:16z",
        "2024-01-01T16:17:16.000000000000000001Z",
        f"2024-01-01T16:17:16.{'1' * 5000}Z",
        "2024-01-01 16:17:16Z",
        "2024-01-01_16:17:16+23:59",
        "0000-02-29T00:00:00Z",
        "0000-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2016-12-31T23:59:60Z",
        "2015-06-30T23:59:60.999Z",
        "2017-01-01T05:29:60+05:30",
        "2016-12-31T20:29:60-03:30",
        "2024-01-01T16:17:16-00:00",
    ],
)
def test_what_rfc_3339_allows_is_read(text: str) -> None:
    assert read_instant(text) is not None


@pytest.mark.parametrize(
    "value",
    [
        "2023-02-29T12:00:00Z",
        "0000-02-30T12:00:00Z",
        "2024-01-01T16:17:60Z",
        "2024-01-01T23:59:60Z",
        "2016-12-31T23:59:60+01:00",
        "2016-12-31T23:59:61Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T16:17:16.Z",
        "2024-01-01T16:17:16,5Z",
        "2024-01-01T16:17:16",
        "2024-01-01T16:17:16+24:00",
        "2024-01-01T16:17:16+02:60",
        "2024-01-01T16:17:16Z\n",
        "\uff12\uff10\uff12\uff14-01-01T16:17:16Z",
        "10000-01-01T00:00:00Z",
        1704125836,
        None,
    ],
)
def test_other_values_are_not_read(value: object) -> None:
    assert read_instant(value) is None


@pytest.mark.parametrize(
    ("text", "form", "written"),
    [
        ("2024-01-01T16:17:16.250+02:00", Form(), "2024-01-01T14:17:16.25Z"),
        ("2024-01-01T16:17:16.250+02:00", Form(zone=None), "2024-01-01T16:17:16.25+02:00"),
        ("2024-01-01t16:17:16z", Form(zone=None), "2024-01-01T16:17:16Z"),
        ("2024-01-01T16:17:16Z", Form(least=3, zone="+05:45"), "2024-01-01T22:02:16.000+05:45"),
        ("2024-01-01T00:17:16Z", Form(zone="-03:30", separator="t"), "2023-12-31t20:47:16-03:30"),
        ("2024-01-01T00:17:16.1234Z", Form(step=3), "2024-01-01T00:17:16.123400Z"),
        ("2024-01-01T00:17:16.123456789Z", Form(least=7, most=7), "2024-01-01T00:17:16.1234567Z"),
        ("0000-12-31T23:59:59Z", Form(zone="+01:00"), "0001-01-01T00:59:59+01:00"),
        ("0001-01-01T00:00:00Z", Form(zone="-01:00"), "0000-12-31T23:00:00-01:00"),
        ("0000-03-01T00:00:00+00:30", Form(), "0000-02-29T23:30:00Z"),
        ("2017-01-01T05:29:60.5+05:30", Form(), "2016-12-31T23:59:60.5Z"),
        ("1969-12-31T23:59:59.999Z", Form(), "1969-12-31T23:59:59.999Z"),
    ],
)
def test_forms(text: str, form: Form, written: str) -> None:
    assert form.write(read(text)) == written


@pytest.mark.parametrize("text", ["0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_a_year_without_four_digits_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="has no form"):
        Form().write(read(text))


@pytest.mark.parametrize(
    ("text", "digits", "rounding", "written"),
    [
        ("2024-01-01T00:00:00.123456789Z", 6, ROUND_FLOOR, "2024-01-01T00:00:00.123456Z"),
        ("2024-01-01T00:00:00.123456789Z", 6, ROUND_HALF_UP, "2024-01-01T00:00:00.123457Z"),
        ("2024-01-01T00:00:00.0625Z", 3, ROUND_HALF_EVEN, "2024-01-01T00:00:00.062Z"),
        ("2024-01-01T00:00:00.0625Z", 3, ROUND_HALF_UP, "2024-01-01T00:00:00.063Z"),
        ("2024-12-31T23:59:59.001Z", 0, ROUND_CEILING, "2025-01-01T00:00:00Z"),
        ("1969-12-31T23:59:58.3Z", 0, ROUND_FLOOR, "1969-12-31T23:59:58Z"),
        ("1969-12-31T23:59:58.3Z", 0, ROUND_DOWN, "1969-12-31T23:59:59Z"),
        ("2016-12-31T23:59:60.4Z", 0, ROUND_HALF_UP, "2016-12-31T23:59:60Z"),
        ("2016-12-31T23:59:60.5Z", 0, ROUND_HALF_UP, "2017-01-01T00:00:00Z"),
    ],
)
def test_roundings(text: str, digits: int, rounding: str, written: str) -> None:
    assert Form().write(read(text).rounded(digits, rounding)) == written


@given(st.datetimes(), st.integers(-1439, 1439))
def test_plain_date_times_are_read_as_the_standard_library_reads_them(moment: datetime, minutes: int) -> None:
    moment = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    instant = read(moment.isoformat())
    assert instant.microseconds == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert datetime.fromisoformat(Form(least=6, zone=None).write(instant)) == moment
