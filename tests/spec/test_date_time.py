"""Dates and times: what is strict, what is unusual but valid, and what a lenient parser accepts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_conformance.spec.date_time import is_unusual, parse, parse_leniently, text

STRICT = [
    ("2024-01-01T16:17:16Z", datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)),
    ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
    ("2000-02-29T00:00:00Z", datetime(2000, 2, 29, tzinfo=UTC)),
    ("2024-01-01T16:17:16.5Z", datetime(2024, 1, 1, 16, 17, 16, 500_000, tzinfo=UTC)),
    ("2024-01-01T16:17:16.123456Z", datetime(2024, 1, 1, 16, 17, 16, 123_456, tzinfo=UTC)),
    ("2024-01-01T16:17:16.123456789Z", datetime(2024, 1, 1, 16, 17, 16, 123_456, tzinfo=UTC)),
    ("2024-01-01T16:17:16+02:00", datetime(2024, 1, 1, 14, 17, 16, tzinfo=UTC)),
    ("2024-01-01T16:17:16-08:00", datetime(2024, 1, 2, 0, 17, 16, tzinfo=UTC)),
    ("2024-01-01T16:17:16+05:30", datetime(2024, 1, 1, 10, 47, 16, tzinfo=UTC)),
    ("2024-01-01T16:17:16-00:00", datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)),
    ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
]
# RFC 3339 lets a reader take them or not.
UNUSUAL = [
    "2024-01-01t16:17:16Z",
    "2024-01-01T16:17:16z",
    "2024-01-01 16:17:16Z",
    "2024-01-01_16:17:16Z",
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:59:60.5+00:00",
    "0000-01-01T00:00:00Z",
    "0000-02-29T00:00:00Z",
]
WRONG = [
    "",
    "yesterday",
    "2024-01-01",
    "16:17:16Z",
    "2024-01-01T16:17:16",
    "2024-01-01T16:17Z",
    "2024-01-01T16:17:16.Z",
    "2024-01-01T16:17:16,5Z",
    "2024-01-01T16:17:16+0200",
    "2024-01-01T16:17:16+02",
    "2024-01-01T16:17:16 Z",
    " 2024-01-01T16:17:16Z",
    "2024-01-01T16:17:16Z ",
    "2024-01-01T16:17:16Z\n",
    "2023-02-29T12:00:00Z",
    "1900-02-29T12:00:00Z",
    "2024-04-31T12:00:00Z",
    "2024-13-01T12:00:00Z",
    "2024-00-01T12:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T16:60:16Z",
    "2024-01-01T16:17:61Z",
    "2024-01-01T16:17:16+24:00",
    "2024-01-01T16:17:16+02:60",
    "20240101T161716Z",
    "2024-W01-1T16:17:16Z",
    "24-01-01T16:17:16Z",
    "12024-01-01T16:17:16Z",
    "1704125836",
    "２０２４-01-01T16:17:16Z",  # noqa: RUF001 - digits of another width
    "2024-01-01T16:17:1٦Z",
]

aware = st.datetimes(timezones=st.integers(-12 * 4, 14 * 4).map(lambda quarter: timezone(timedelta(hours=quarter / 4))))
inner = aware.filter(lambda moment: 2 <= moment.year <= 9998)


@pytest.mark.parametrize(("written", "moment"), STRICT)
def test_a_strict_form_is_read(written: str, moment: datetime) -> None:
    assert parse(written) == moment


@pytest.mark.parametrize(("written", "_moment"), STRICT)
def test_a_strict_form_is_not_unusual(written: str, _moment: datetime) -> None:
    assert not is_unusual(written)


@pytest.mark.parametrize("written", UNUSUAL)
def test_an_unusual_form_is_told_from_a_strict_one(written: str) -> None:
    assert parse(written) is None
    assert is_unusual(written)


@pytest.mark.parametrize("written", WRONG)
def test_a_wrong_form_is_neither_strict_nor_unusual(written: str) -> None:
    assert parse(written) is None
    assert not is_unusual(written)


@pytest.mark.parametrize("value", [None, 1704125836, 1.5, True, [], {}, b"2024-01-01T16:17:16Z"])
def test_what_is_no_text_is_no_instant(value: object) -> None:
    assert parse(value) is None
    assert parse_leniently(value) is None


def test_an_offset_is_kept() -> None:
    moment = parse("2024-01-01T16:17:16+02:00")
    assert moment is not None
    assert moment.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-01-01T16:17:16Z", datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)),
        ("2024-01-01T16:17:16", datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)),
        ("2024-01-01 16:17:16", datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)),
        ("2024-01-01", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-01-01T16:17:16+0200", datetime(2024, 1, 1, 14, 17, 16, tzinfo=UTC)),
        ("20240101T161716Z", datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC)),
    ],
)
def test_a_lenient_reader_takes_other_forms(written: str, moment: datetime) -> None:
    assert parse_leniently(written) == moment


@pytest.mark.parametrize("written", ["", "yesterday", "2023-02-29T12:00:00Z", "Mon, 01 Jan 2024 16:17:16 GMT"])
def test_a_lenient_reader_takes_no_nonsense(written: str) -> None:
    assert parse_leniently(written) is None


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2024, 1, 1, 16, 17, 16, tzinfo=UTC), "2024-01-01T16:17:16Z"),
        (datetime(2024, 1, 1, 16, 17, 16, 999_999, tzinfo=UTC), "2024-01-01T16:17:16Z"),
        (datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2023-12-31T23:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_in_whole_seconds_of_utc(moment: datetime, written: str) -> None:
    assert text(moment) == written


@settings(derandomize=True, deadline=None)
@given(inner)
def test_what_is_written_is_read_again(moment: datetime) -> None:
    assert parse(text(moment)) == moment.astimezone(UTC).replace(microsecond=0)


@settings(derandomize=True, deadline=None)
@given(inner)
def test_both_readers_agree_on_strict_forms(moment: datetime) -> None:
    assert parse(moment.isoformat()) == parse_leniently(moment.isoformat()) == moment


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=30))
def test_no_text_is_both_strict_and_unusual(written: str) -> None:
    assert not (parse(written) and is_unusual(written))
