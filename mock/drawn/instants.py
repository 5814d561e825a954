"""Date-times of RFC 3339 as a server of its own reads, stores and writes them; with whole-number arithmetic only.

`datetime` has neither the year 0 nor leap seconds nor nanoseconds. Nothing is shared with `spec.date_time`, which
judges what these servers return.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHAPE = re.compile(r"(\d{4})-(\d\d)-(\d\d)([Tt ])(\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|([+-])(\d\d):(\d\d))", re.ASCII)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_FEBRUARY, _MONTHS = 2, 12
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LEAP_SECOND = 60
# Days in 400 years, and from 1 January of the year 0 to 1970.
_ERA, _TO_1970 = 146097, 719528
_LAST_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time.

    Attributes:
        seconds: whole seconds since 1970 in UTC, rounded down; of a leap second, those of the second before it.
        fraction: the digits of the fractional seconds; empty for none.
        offset: seconds east of UTC.
        zulu: whether the offset was written as Z.
        leap: whether it is a leap second.
        letters: whether T or Z was written in lower case.
        blank: whether a blank was written in place of T.

    """

    seconds: int
    fraction: str = ""
    offset: int = 0
    zulu: bool = True
    leap: bool = False
    letters: bool = False
    blank: bool = False

    @property
    def year(self) -> int:
        """The year in its own offset."""
        return _date(self.seconds + self.offset)[0]

    @property
    def utc_year(self) -> int:
        """The year in UTC; it may be -1 or 10000."""
        return _date(self.seconds)[0]

    @property
    def microseconds(self) -> int:
        """Microseconds since 1970; further digits are cut off, and a leap second is the second after it."""
        return (self.seconds + self.leap) * 1_000_000 + int(f"{self.fraction:0<6.6}")


def read_instant(text: object) -> Instant | None:
    """Read a date-time of RFC 3339, 5.6, in any of its forms; None for any other value."""
    found = _SHAPE.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second = (int(found[place]) for place in (1, 2, 3, 5, 6, 7))
    east_hours, east_minutes = int(found[11] or 0), int(found[12] or 0)
    if not (1 <= month <= _MONTHS and 1 <= day <= _length(year, month)):
        return None
    if hour >= _DAY // _HOUR or minute >= _MINUTE or second > _LEAP_SECOND:
        return None
    if east_hours >= _DAY // _HOUR or east_minutes >= _MINUTE:
        return None
    offset = (-1 if found[10] == "-" else 1) * (east_hours * _HOUR + east_minutes * _MINUTE)
    leap = second == _LEAP_SECOND
    return Instant(
        seconds=_day_number(year, month, day) * _DAY + hour * _HOUR + minute * _MINUTE + second - leap - offset,
        fraction=found[8] or "",
        offset=offset,
        zulu=found[10] is None,
        leap=leap,
        letters="t" in found[0] or "z" in found[0],
        blank=found[4] == " ",
    )


def stored(instant: Instant, digits: int, rounding: str) -> Instant:
    """Return an instant with at most so many digits of fractional seconds; `rounding` as in `Behaviour`."""
    kept, rest = instant.fraction[:digits], instant.fraction[digits:]
    number = int(kept or "0")
    half = "5".ljust(len(rest), "0")
    up = (
        bool(rest.strip("0"))
        and {
            "cut": False,
            "up": True,
            "half up": rest >= half,
            "half even": rest > half or (rest == half and number % 2 == 1),
        }[rounding]
    )
    carry, number = divmod(number + up, 10 ** len(kept))
    # There is no second after a leap second that has its number, and none after the last one of the year 9999.
    if carry and (instant.leap or _date(instant.seconds + max(instant.offset, 0) + 1)[0] > _LAST_YEAR):
        return _replaced(instant, instant.seconds, kept)
    return _replaced(instant, instant.seconds + carry, f"{number:0{len(kept)}}" if kept else "")


def moved(instant: Instant, offset: int, *, zulu: bool) -> Instant:
    """Return an instant with another offset, in seconds; itself where its year has no four digits there."""
    if not 0 <= _date(instant.seconds + offset)[0] <= _LAST_YEAR:
        return instant
    return Instant(instant.seconds, instant.fraction, offset, zulu, instant.leap)


def written(instant: Instant, suffix: str = "Z") -> str:
    """Return an instant as text in its own offset.

    Args:
        instant: the instant.
        suffix: what is written for an instant in UTC.

    """
    local = instant.seconds + instant.offset
    year, month, day = _date(local)
    hour, rest = divmod(local % _DAY, _HOUR)
    minute, second = divmod(rest, _MINUTE)
    small = suffix == "z"
    text = f"{year:04}-{month:02}-{day:02}{'t' if small else 'T'}{hour:02}:{minute:02}:{second + instant.leap:02}"
    text += f".{instant.fraction}" if instant.fraction else ""
    if instant.zulu:
        return text + suffix
    minutes = abs(instant.offset) // _MINUTE
    return f"{text}{'-' if instant.offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def with_fraction(instant: Instant, form: str, digits: int) -> Instant:
    """Return an instant whose fraction is written in another form.

    Args:
        instant: the instant.
        form: `trimmed` has no zeros at the end, `padded` has `digits` digits, `groups` has 0, 3, 6 or 9.
        digits: how many digits are stored.

    """
    trimmed = instant.fraction.rstrip("0")
    width = {"trimmed": 0, "padded": digits, "groups": -(-len(trimmed) // 3) * 3}[form]
    return _replaced(instant, instant.seconds, trimmed.ljust(width, "0"))


def _replaced(instant: Instant, seconds: int, fraction: str) -> Instant:
    return Instant(seconds, fraction, instant.offset, instant.zulu, instant.leap)


def _is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(year: int, month: int) -> int:
    return _DAYS[month - 1] + (month == _FEBRUARY and _is_leap_year(year))


def _day_number(year: int, month: int, day: int) -> int:
    """Return the days since 1 January 1970."""
    before = year - 1
    leap_days = before // 4 - before // 100 + before // 400 + 1
    in_year = sum(_length(year, one) for one in range(1, month)) + day - 1
    return 365 * year + leap_days + in_year - _TO_1970


def _date(seconds: int) -> tuple[int, int, int]:
    """Return year, month and day of a number of seconds since 1970."""
    days = seconds // _DAY + _TO_1970
    era, days = divmod(days, _ERA)
    year = era * 400 + days * 400 // _ERA
    first = _day_number(year, 1, 1) + _TO_1970 - era * _ERA
    if days < first:
        year -= 1
        first = _day_number(year, 1, 1) + _TO_1970 - era * _ERA
    elif days >= first + 365 + _is_leap_year(year):
        year += 1
        first = _day_number(year, 1, 1) + _TO_1970 - era * _ERA
    left, month = days - first, 1
    while left >= _length(year, month):
        left -= _length(year, month)
        month += 1
    return year, month, left + 1
