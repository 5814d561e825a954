"""Dates and times: plain ones in every form, and texts that are close to one without being one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from hypothesis import strategies as st

from orders_conformance.spec import date_time

# Chosen for what servers get wrong: leap days, the turn of a year, midnight and noon, summer time, a day that could be
# a month, evenings whose day differs by zone, the first years of Unix time, and every way to write offset and fraction.
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

# What takes turns with a plain instant: as plain, and like it. Chosen for the turn of a year whose last days are in the
# next one's first week, the end of a long month, hours that summer time skips or repeats, offsets that are negative,
# zero or not of whole hours, and fractions that begin with a nought or nearly fill the second.
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

# What a following instant is written like, as (hours of offset or None for Z, digits of the fraction).
FORMS: tuple[tuple[float | None, int], ...] = ((None, 0), (2, 0), (-8, 0), (None, 3), (5.5, 1), (None, 6))

# Texts that are no RFC 3339 date and time, the most telling first.
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

# Outside the plain core: far future and distant past.
UNUSUAL = ("2999-12-31T23:59:59Z", "1969-12-31T23:59:59.123456789Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")


def written(moment: datetime, form: tuple[float | None, int]) -> str:
    """Write an instant in one of `FORMS`; the fraction is made of the digits 1, 2, 3 and so on."""
    offset, digits = form
    zone = UTC if offset is None else timezone(timedelta(hours=offset))
    text = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += "." + "123456"[:digits]
    return text + _suffix(offset, zone)


def rewritten(moment: datetime, offset: float | None) -> str:
    """Write the same instant, its fraction included, with another offset."""
    zone = UTC if offset is None else timezone(timedelta(hours=offset))
    local = moment.astimezone(zone)
    fraction = f".{local.microsecond:06}" if local.microsecond else ""
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{_suffix(offset, zone)}"


def _suffix(offset: float | None, zone: tzinfo) -> str:
    if offset is None:
        return "Z"
    difference = zone.utcoffset(None) or timedelta()
    minutes = int(abs(difference).total_seconds() // 60)
    return f"{'-' if difference < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def plain_moments(after: datetime, before: datetime) -> st.SearchStrategy[datetime]:
    """Generate instants of whole seconds between two others, in UTC."""
    return st.datetimes(
        min_value=after.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        max_value=before.astimezone(UTC).replace(tzinfo=None, microsecond=0),
    ).map(lambda moment: moment.replace(tzinfo=UTC, microsecond=0))


def forms() -> st.SearchStrategy[tuple[float | None, int]]:
    """Generate ways to write an instant: any offset in quarters of an hour, any fraction up to microseconds."""
    quarters = st.integers(min_value=-12 * 4, max_value=14 * 4).map(lambda quarter: quarter / 4)
    return st.tuples(st.none() | quarters, st.integers(min_value=0, max_value=6))


def near_misses() -> st.SearchStrategy[str]:
    """Generate texts that look like dates and are none: a listed one, or a plain one with one character changed."""

    def is_none(text: str) -> bool:
        return date_time.parse(text) is None and not date_time.is_unusual(text)

    def damaged(text: str, position: int, character: str) -> str:
        position %= len(text)
        return text[:position] + character + text[position + 1 :]

    broken = st.builds(
        damaged, st.sampled_from(PLAIN), st.integers(min_value=0, max_value=40), st.sampled_from("x9/ -")
    )
    return st.sampled_from(NEAR_MISSES) | broken.filter(is_none)
