"""Date-times of drawn servers: read, stored with fewer digits, and written in other forms."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orders_conformance.mock.drawn.instants import Instant, moved, read_instant, stored, with_fraction, written

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = date(1, 1, 1).toordinal(), date.max.toordinal()


def instant(text: str) -> Instant:
    found = read_instant(text)
    assert found is not None
    return found


def test_dates_are_counted_as_the_standard_library_counts_them() -> None:
    for ordinal in range(FIRST, LAST, 97):
        moment = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), UTC)
        text = moment.isoformat().replace("+00:00", "Z")
        assert instant(text).seconds == (moment - EPOCH) // timedelta(seconds=1)
        assert written(instant(text)) == text


@pytest.mark.parametrize("text", ["0000-01-01T00:00:00Z", "0000-02-29T23:59:59Z", "0000-12-31T00:00:00+01:00"])
def test_the_year_zero_is_a_leap_year_before_the_year_one(text: str) -> None:
    assert written(instant(text)) == text
    assert instant(text).seconds < instant("0001-01-01T00:00:00Z").seconds


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29T12:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T16:17:61Z",
        "2024-01-01T16:17:16+24:00",
        "2024-01-01T16:17:16",
        "2024-01-01T16:17:16.Z",
        "2024-01-01T16:17:16Z\n",
        "\uff12\uff10\uff12\uff14-01-01T16:17:16Z",
        "",
    ],
)
def test_what_is_no_date_time_is_not_read(text: str) -> None:
    assert read_instant(text) is None


@pytest.mark.parametrize(
    ("fraction", "digits", "rounding", "expected"),
    [
        ("123456789", 6, "cut", "123456"),
        ("123456789", 6, "half up", "123457"),
        ("1235", 3, "half even", "124"),
        ("1245", 3, "half even", "124"),
        ("1245", 3, "half up", "125"),
        ("12450", 3, "half even", "124"),
        ("12451", 3, "half even", "125"),
        ("1230001", 3, "up", "124"),
        ("1230000", 3, "up", "123"),
        ("25", 6, "half up", "25"),
        ("009", 2, "half up", "01"),
    ],
)
def test_fractions_are_rounded(fraction: str, digits: int, rounding: str, expected: str) -> None:
    assert stored(Instant(0, fraction), digits, rounding) == Instant(0, expected)


def test_rounding_carries_into_the_next_year() -> None:
    rounded = stored(instant("2016-12-31T23:59:59.9999999Z"), 6, "half up")
    assert written(with_fraction(rounded, "trimmed", 6)) == "2017-01-01T00:00:00Z"


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59.9Z", "2016-12-31T23:59:60.9Z"])
def test_a_second_after_which_there_is_none_is_cut(text: str) -> None:
    assert written(stored(instant(text), 0, "half up")) == text.replace(".9", "")


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("2024-01-01T01:00:00+02:00", 0, "2023-12-31T23:00:00Z"),
        ("2016-12-31T23:59:60Z", 19800, "2017-01-01T05:29:60+05:30"),
        ("0000-01-01T00:00:00Z", -3600, "0000-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", 3600, "9999-12-31T23:59:59Z"),
    ],
)
def test_an_instant_has_another_offset_where_its_year_has_four_digits(text: str, offset: int, expected: str) -> None:
    assert written(moved(instant(text), offset, zulu=offset == 0)) == expected


@pytest.mark.parametrize(("form", "expected"), [("trimmed", "25"), ("padded", "250000"), ("groups", "250")])
def test_a_fraction_is_written_in_several_forms(form: str, expected: str) -> None:
    assert with_fraction(Instant(0, "2500"), form, 6).fraction == expected


@pytest.mark.parametrize(
    ("suffix", "expected"), [("z", "1970-01-01t00:00:00z"), ("+00:00", "1970-01-01T00:00:00+00:00")]
)
def test_an_instant_in_utc_has_several_endings(suffix: str, expected: str) -> None:
    assert written(Instant(0), suffix) == expected
