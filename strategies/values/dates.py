"""Date-times: plain ones in every form, invalid texts that look like one, and unusual ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from hypothesis import strategies as st

from orders_conformance.spec import date_time

# Plain date-times, chosen for typical faults of servers: leap days, the end of a year, midnight and noon, daylight
# saving time, days up to 12 (swapped with the month), hours whose day differs in UTC, years near 1970, and all forms of
# offset and fraction.
PLAIN = (
    "2024-01-01T16:17:16Z",
    "2020-05-06T00:30:00-08:00",
    "2024-02-29T12:00:00Z",
    "1999-12-31T23:59:59Z",
    "2023-01-01T00:00:00Z",
    "2021-07-08T23:30:00+02:00",
    "2022-03-04T05:06:07Z",
    "2019-10-11T09:08:07.250Z",
    "2000-02-29T00:00:01+05:30",
    "2018-06-30T12:34:56.5+01:00",
    "1971-04-02T03:04:05Z",
    "2016-11-09T20:10:30.123456Z",
)

# Plain date-times that are sent in turn with one of `PLAIN`, because they test the same kind of fault. Chosen for the
# last days of a year that belong to week 1 of the next, the end of a 31-day month, hours that daylight saving time
# skips or repeats, offsets that are negative, zero or not whole hours, and fractions that begin with a zero or nearly
# reach a full second.
ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    "2020-05-06T00:30:00-08:00": ("2017-03-31T23:45:00-03:30",),
    "2024-02-29T12:00:00Z": ("2024-03-31T02:30:00Z", "2016-02-29T23:59:59Z"),
    "1999-12-31T23:59:59Z": ("2018-12-31T12:00:00Z",),
    "2023-01-01T00:00:00Z": ("2021-01-03T00:00:00+00:00",),
    "2021-07-08T23:30:00+02:00": ("2022-12-31T23:30:00-01:00",),
    "2022-03-04T05:06:07Z": ("2022-10-30T02:30:00Z", "2023-03-12T02:30:00Z"),
    "2019-10-11T09:08:07.250Z": ("2019-12-31T23:59:59.999Z",),
    "2000-02-29T00:00:01+05:30": ("2012-11-10T09:08:07+05:45",),
    "2018-06-30T12:34:56.5+01:00": ("2018-07-31T12:34:56.05-04:30",),
    "1971-04-02T03:04:05Z": ("2001-09-09T01:46:40Z",),
    "2016-11-09T20:10:30.123456Z": ("2016-12-31T20:10:30.999999Z",),
}

# The forms of a date-time that follows another one: offset from UTC in hours (None for Z), digits of the fraction.
FORMS: tuple[tuple[float | None, int], ...] = ((None, 0), (2, 0), (-8, 0), (None, 3), (5.5, 1), (None, 6))

# Texts that are not RFC 3339 date-times; those that most faulty servers accept come first.
NEAR_MISSES = (
    "2023-02-29T12:00:00Z",
    "yesterday",
    "2024-01-01",
    "2024-01-01T16:17:16",
    "",
    "2024-13-01T10:00:00Z",
    "1704125836",
    "2024-01-01T24:00:00Z",
    "01/02/2024 16:17:16",
    "2024-04-31T10:00:00Z",
    "2024-01-01T16:17:16Zz",
    "Mon, 01 Jan 2024 16:17:16 GMT",
    "2024-01-01T16:61:16Z",
    "1900-02-29T12:00:00Z",
    "2024-1-1T1:2:3Z",
    "2024-00-10T10:00:00Z",
    "20240101T161716Z",
    "2024-01-01T16:17Z",
    "2024-01-01T16:17:16+0200",
    "2024-01-01T16:17:16+25:00",
    "2024-01-01T16:17:16+02",
    " 2024-01-01T16:17:16Z",
    "2024-W01-1T16:17:16Z",
    "2024-01-01T16:17:16,5Z",
    "24-01-01T16:17:16Z",
    "2024-01-01T16:17:99Z",
    "null",
    "Mon Jan 01 16:17:16 CET 2024",
    "2024/01/01T16:17:16Z",
    "2024-01-01T16:17:16 UTC",
    "2024-01-01T16:17:16+02:00[Europe/Paris]",
    "2024-01-01T16:17:16.Z",
    "2024-01-01T16:17:16Z\n",
    "2024-001T16:17:16Z",
    "2024-01-00T16:17:16Z",
    "2024-01-01T16:17:16+01:60",
)

# Valid date-times outside the plain core: before 1970 and far in the future.
UNUSUAL = ("2999-12-31T23:59:59Z", "1969-12-31T23:59:59.123456789Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")


def written(instant: datetime, form: tuple[float | None, int]) -> str:
    """Return an instant as text in one of `FORMS`; its fraction is replaced by the digits 1, 2, 3 and so on."""
    offset, digits = form
    zone = UTC if offset is None else timezone(timedelta(hours=offset))
    text = instant.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += "." + "123456"[:digits]
    return text + _suffix(offset, zone)


def rewritten(instant: datetime, offset: float | None) -> str:
    """Return an instant as text, its fraction included, with another offset in hours; None for Z."""
    zone = UTC if offset is None else timezone(timedelta(hours=offset))
    local = instant.astimezone(zone)
    fraction = f".{local.microsecond:06}" if local.microsecond else ""
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{_suffix(offset, zone)}"


def _suffix(offset: float | None, zone: tzinfo) -> str:
    if offset is None:
        return "Z"
    difference = zone.utcoffset(None) or timedelta()
    minutes = int(abs(difference).total_seconds() // 60)
    return f"{'-' if difference < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def plain_instants(after: datetime, before: datetime) -> st.SearchStrategy[datetime]:
    """Generate instants between two others, in UTC and whole seconds."""
    return st.datetimes(
        min_value=after.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        max_value=before.astimezone(UTC).replace(tzinfo=None, microsecond=0),
    ).map(lambda instant: instant.replace(tzinfo=UTC, microsecond=0))


def forms() -> st.SearchStrategy[tuple[float | None, int]]:
    """Generate forms of a date-time: any offset in quarters of an hour, and 0 to 6 digits of fraction."""
    quarters = st.integers(min_value=-12 * 4, max_value=14 * 4).map(lambda quarter: quarter / 4)
    return st.tuples(st.none() | quarters, st.integers(min_value=0, max_value=6))


def near_misses() -> st.SearchStrategy[str]:
    """Generate invalid texts that look like date-times: listed ones, and plain ones with one wrong character."""

    def is_invalid(text: str) -> bool:
        return date_time.parse(text) is None and not date_time.is_unusual(text)

    def with_character(text: str, position: int, character: str) -> str:
        position %= len(text)
        return text[:position] + character + text[position + 1 :]

    broken = st.builds(
        with_character, st.sampled_from(PLAIN), st.integers(min_value=0, max_value=40), st.sampled_from("x9/ -")
    )
    return st.sampled_from(NEAR_MISSES) | broken.filter(is_invalid)
