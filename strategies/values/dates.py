"""Date-times: plain ones in every form, invalid texts that look like one, and unusual ones."""

from __future__ import annotations

from collections import Counter
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
# last days of a year that belong to week 1 of the next, the ends of months, hours that daylight saving time skips or
# repeats, offsets that are negative, zero or not whole hours, and fractions that begin with a zero or nearly reach a
# full second. The first one has none: orders with it have references that are similar to that of the first order.
ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    "2020-05-06T00:30:00-08:00": (
        "2017-03-31T23:45:00-03:30",
        "2023-03-12T02:30:00-05:00",
        "2023-11-05T01:30:00-04:00",
    ),
    "2024-02-29T12:00:00Z": ("2024-03-31T02:30:00Z", "2016-02-29T23:59:59Z", "2024-02-29T23:30:00-10:00"),
    "1999-12-31T23:59:59Z": ("2018-12-31T12:00:00Z", "2023-12-31T23:30:00-02:00"),
    "2023-01-01T00:00:00Z": ("2021-01-03T00:00:00+00:00", "2023-01-01T00:30:00+13:45"),
    "2021-07-08T23:30:00+02:00": ("2022-12-31T23:30:00-01:00", "2022-10-30T02:30:00+01:00"),
    "2022-03-04T05:06:07Z": ("2022-10-30T02:30:00Z", "2023-03-12T02:30:00Z", "2022-10-30T00:30:00Z"),
    "2019-10-11T09:08:07.250Z": ("2019-12-31T23:59:59.999Z", "2020-11-01T06:30:00.75Z"),
    "2000-02-29T00:00:01+05:30": ("2012-11-10T09:08:07+05:45", "2023-04-02T02:30:00+10:00"),
    "2018-06-30T12:34:56.5+01:00": ("2018-07-31T12:34:56.05-04:30", "2023-04-01T23:30:00.5-03:00"),
    "1971-04-02T03:04:05Z": ("2001-09-09T01:46:40Z", "2023-10-01T02:30:00Z", "2021-04-30T23:59:59Z"),
    "2016-11-09T20:10:30.123456Z": ("2016-12-31T20:10:30.999999Z", "2022-09-11T00:30:00.000001Z"),
}

# Times that go wrong where a server converts them to a time zone of its own, stores them without an offset, or reads
# them in its time zone. Those with Z are instants, in any offset: both hours that are one local hour at the end of
# daylight saving time, in Europe, North America, Sydney, Santiago and on Lord Howe Island (where it is half an hour).
# Those without are local times, at any offset: hours that occur twice there, or not at all; the turn of the year, leap
# days and the ends of months.
SPECIAL_TIMES = (
    "2024-02-29T23:59:59",
    "2022-10-30T01:30:00Z",
    "2023-11-05T06:30:00Z",
    "2024-04-06T16:30:00Z",
    "2024-04-07T03:30:00Z",
    "2024-03-31T02:30:00",
    "2024-03-10T02:30:00",
    "2023-10-01T02:30:00",
    "2023-09-03T00:30:00",
    "2024-12-31T23:30:00",
    "2024-10-27T00:30:00Z",
    "2024-11-03T05:30:00Z",
    "2024-11-03T09:30:00Z",
    "2023-04-01T15:30:00Z",
    "2023-04-02T02:30:00Z",
    "2025-04-05T15:15:00Z",
    "2024-10-27T02:30:00",
    "2024-11-03T01:30:00",
    "2025-01-01T00:30:00",
    "2024-04-30T23:45:00",
    "2025-04-06T02:30:00",
    "2025-04-05T23:30:00",
    "2024-10-06T02:30:00",
    "2024-09-08T00:30:00",
    "2025-03-30T01:30:00",
    "2025-03-09T02:30:00",
    "2023-12-31T23:59:59Z",
    "2020-02-29T00:15:00",
    "2024-07-31T23:30:00Z",
    "2025-01-31T00:00:00",
    "2021-01-03T12:00:00",
    "2018-12-31T12:00:00",
    "2016-12-31T23:45:00",
    "2012-02-29T23:30:00",
    "2008-11-30T23:59:59",
    "2004-10-31T01:30:00Z",
    "2001-01-01T00:00:00Z",
    "2000-02-29T23:30:00",
)

# The forms of a date-time that follows another one: offset from UTC in hours (None for Z), digits of the fraction.
FORMS: tuple[tuple[float | None, int], ...] = ((None, 0), (2, 0), (-8, 0), (None, 3), (5.5, 1), (None, 6))

# Offsets from UTC of time zones in use, in hours: whole, half and quarter hours on both sides, and zero.
OFFSETS = (1, -5, 0, 5.75, -3.5, 10, -4, 12.75, 11, -9.5, 8.75, -3, 13, -11, 10.5, 14, -12)

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


def special_times(
    start: datetime, forms: Mapping[str, tuple[float | None, int]], used: Counter[tuple[str, int]], first: int = 0
) -> Mapping[str, str]:
    """Return a special time for each form, as text: each is after the one ahead of it, and the first after `start`.

    Each is one of `SPECIAL_TIMES` in its form; where there is none so late, it is an hour after the one ahead.

    Args:
        start: the instant that all of them are after.
        forms: the form of each, by the name of its field.
        used: how often each special time was used for each field; those that are used now are counted.
        first: the place of the special time that comes first.

    """
    found: dict[str, str] = {}
    for name, form in forms.items():
        zone = timezone(timedelta(hours=form[0] or 0))
        moments = [datetime.fromisoformat(text) for text in SPECIAL_TIMES]
        instants = [moment if moment.tzinfo else moment.replace(tzinfo=zone) for moment in moments]
        places = [(first + place) % len(instants) for place in range(len(instants))]
        later = [place for place in places if instants[place] > start]
        moment = start + timedelta(hours=1)
        if later:
            place = min(later, key=lambda place: used[name, place])
            used[name, place] += 1
            moment = instants[place]
        found[name] = written(moment, form)
        start = date_time.parse(found[name]) or moment
    return found


def rewritten(instant: datetime, form: tuple[float | None, int]) -> str:
    """Return an instant as text in one of `FORMS`; its fraction is kept, with zeros up to the number of digits."""
    offset, digits = form
    zone = UTC if offset is None else timezone(timedelta(hours=offset))
    local = instant.astimezone(zone)
    fraction = f".{local.microsecond:06}" if local.microsecond else "." * bool(digits) + "0" * digits
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
