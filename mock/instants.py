"""Date-times of RFC 3339 with all their digits: read, rounded, and written in any of its forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP
from fractions import Fraction
from math import ceil, floor

# A space or an underscore may stand for T, and small letters for T and Z (RFC 3339, 5.6).
_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt _](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_MINUTE, _DAY = 60, 86_400
_LAST_SECOND = _DAY - 1
_LEAP = 60
_LAST_HOUR, _LAST_MINUTE, _LAST_YEAR = 23, 59, 9999
# `date` has the years 1 to 9999 only. Days repeat after 400 years.
_YEARS, _DAYS_OF_YEARS = 400, 146_097
# Python converts texts of at most 4,300 digits to a number.
_MOST_DIGITS = 1000
_EPOCH_DAY = date(1970, 1, 1).toordinal()

_ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    ROUND_FLOOR: floor,
    ROUND_CEILING: ceil,
    ROUND_DOWN: int,
    ROUND_HALF_UP: lambda number: floor(number + Fraction(1, 2)),
    ROUND_HALF_EVEN: round,
}


@dataclass(frozen=True, slots=True)
class Instant:
    """A date-time.

    Attributes:
        seconds: the seconds since 1970 in UTC; those of a leap second are the ones of the second before it.
        offset: the minutes from UTC.
        leap: whether it is in a leap second.

    """

    seconds: Fraction
    offset: int = 0
    leap: bool = False

    @property
    def microseconds(self) -> int:
        """The microseconds since 1970; further digits are dropped."""
        return floor(self.seconds * 1_000_000)

    def rounded(self, digits: int, rounding: str) -> Instant:
        """Return the instant with at most so many digits of a fraction; `rounding` is a constant of `decimal`."""
        seconds = Fraction(_ROUNDINGS[rounding](self.seconds * 10**digits), 10**digits)
        return replace(self, seconds=seconds, leap=self.leap and floor(seconds) == floor(self.seconds))


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a date-time.

    Attributes:
        least: the least number of digits of a fraction; 0 to leave out a fraction of zero.
        most: the most digits; further ones are cut off. None for as many as there are.
        step: by how many digits a fraction grows.
        zone: what stands for the offset of UTC, or an offset of the form's own; None to keep each offset.
        separator: what stands between date and time.

    """

    least: int = 0
    most: int | None = None
    step: int = 1
    zone: str | None = "Z"
    separator: str = "T"

    def write(self, instant: Instant) -> str:
        """Return a date-time as text.

        Raises:
            ValueError: its year has no four digits in this form.

        """
        offset = _minutes(self.zone) if self.zone is not None else instant.offset
        day, second = divmod(floor(instant.seconds) + offset * _MINUTE, _DAY)
        year, month, day_of_month = _date(day + _EPOCH_DAY)
        if not 0 <= year <= _LAST_YEAR:
            message = f"the year {year} has no form"
            raise ValueError(message)
        hour, second = divmod(second, _MINUTE * _MINUTE)
        minute, second = divmod(second, _MINUTE)
        return (
            f"{year:04}-{month:02}-{day_of_month:02}{self.separator}"
            f"{hour:02}:{minute:02}:{second + instant.leap:02}{self._fraction(instant)}"
            f"{_offset(instant.offset) if self.zone is None else self.zone}"
        )

    def _fraction(self, instant: Instant) -> str:
        fraction, digits = instant.seconds % 1, self.least
        while (fraction * 10**digits).denominator != 1 and (self.most is None or digits < self.most):
            digits += self.step
        return f".{floor(fraction * 10**digits):0{digits}}" if digits else ""


def read_instant(text: object) -> Instant | None:
    """Read any date-time that RFC 3339 allows; None for any other value.

    These are also: t or z in lower case, a space or an underscore for T, the year 0, any number of digits, and second
    60 at the end of a month in UTC.
    """
    found = _DATE_TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction, sign, *distance = found.groups()[6:]
    fraction = (fraction or "")[:_MOST_DIGITS]
    hours, minutes = (int(one or 0) for one in distance)
    if hour > _LAST_HOUR or minute > _LAST_MINUTE or second > _LEAP or hours > _LAST_HOUR or minutes > _LAST_MINUTE:
        return None
    offset = (hours * _MINUTE + minutes) * (-1 if sign == "-" else 1)
    try:
        days = date(year + _YEARS if year == 0 else year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
    days -= _DAYS_OF_YEARS if year == 0 else 0
    leap = second == _LEAP
    whole = days * _DAY + (hour * _MINUTE + minute - offset) * _MINUTE + second - leap
    if leap and not _ends_month(whole):
        return None
    return Instant(whole + Fraction(int(fraction or 0), 10 ** len(fraction)), offset, leap)


def date_of(seconds: int) -> tuple[int, int, int]:
    """Return year, month and day of a number of seconds since 1970, in any year from -399 to 10399."""
    return _date(seconds // _DAY + _EPOCH_DAY)


def _ends_month(second: int) -> bool:
    """Return whether a second since 1970 in UTC is the last one of a month."""
    day, of_day = divmod(second, _DAY)
    return of_day == _LAST_SECOND and _date(day + 1 + _EPOCH_DAY)[2] == 1


def _date(ordinal: int) -> tuple[int, int, int]:
    """Return year, month and day of a day that is counted from 1 January of the year 1."""
    turns = 1 if ordinal < 1 else -1 if ordinal > date.max.toordinal() else 0
    found = date.fromordinal(ordinal + turns * _DAYS_OF_YEARS)
    return found.year - turns * _YEARS, found.month, found.day


def _minutes(zone: str) -> int:
    """Return the minutes of an offset as text; 0 for Z."""
    if zone in "Zz":
        return 0
    return (int(zone[1:3]) * _MINUTE + int(zone[4:])) * (-1 if zone[0] == "-" else 1)


def _offset(minutes: int) -> str:
    """Return an offset as text."""
    if not minutes:
        return "Z"
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // _MINUTE:02}:{abs(minutes) % _MINUTE:02}"
