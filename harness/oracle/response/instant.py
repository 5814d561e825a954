"""Read the date-times of a response exactly, in more notations than RFC 3339 allows.

A response is compared with what was sent, so a notation that is judged elsewhere as badly formed is read here all the
same. Fractions of any length, leap seconds and years that `datetime` cannot hold are read as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from functools import lru_cache

# A year has four digits, or a sign and six digits where it is outside of 0 to 9999 (ISO 8601, expanded representation).
_DATE_TIME = re.compile(
    r"([+-]\d{6}|-?\d{4})-(\d\d)-(\d\d)[Tt _](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Longer texts are not date-times; digits of a fraction beyond these are cut off.
_LONGEST, _FRACTION_DIGITS = 120, 60
# The Gregorian calendar repeats after 400 years, which have so many days.
_CYCLE_YEARS, _CYCLE_DAYS = 4 * 100, 146097
_LEAP_SECOND = 60


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant: exact seconds since 1970, and whether it was written as a leap second, with second 60.

    A leap second has the seconds of the second that follows it, as in POSIX time.
    """

    seconds: Decimal
    is_leap_second: bool = False


def read_instant(text: object) -> Instant | None:
    """Read a date-time; None for any other value.

    Read are the notations of RFC 3339, 5.6, with letters of either case, a blank in place of T, second 60 and the year
    0000; years beyond four digits; and any other ISO 8601 date-time that Python reads, in UTC if it has no offset.
    """
    return _read(text) if isinstance(text, str) and len(text) <= _LONGEST else None


# A run reads each text several times: as it was sent and as it was returned.
@lru_cache(maxsize=4096)
def _read(text: str) -> Instant | None:
    found = _DATE_TIME.fullmatch(text)
    return _exact(found) if found else _lenient(text)


def _exact(found: re.Match[str]) -> Instant | None:
    year, month, day, hour, minute, second = (int(found[group]) for group in range(1, 7))
    if not (1 <= month <= len(_DAYS_OF_MONTH) and 1 <= day <= _days(year, month)):
        return None
    offset = _offset(found[8])
    if hour > 23 or minute > 59 or second > _LEAP_SECOND or offset is None:  # noqa: PLR2004 - of a day
        return None
    whole = ((_day_number(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second
    with localcontext(prec=_LONGEST):
        return Instant(whole + Decimal(f"0.{(found[7] or '0')[:_FRACTION_DIGITS]}"), second == _LEAP_SECOND)


def _offset(text: str) -> int | None:
    """Return an offset in minutes; None if there is no such offset."""
    if text in "Zz":
        return 0
    hours, minutes = int(text[1:3]), int(text[4:])
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - of a day
        return None
    return (-1 if text[0] == "-" else 1) * (hours * 60 + minutes)


def _days(year: int, month: int) -> int:
    is_leap_year = year % 4 == 0 and (year % 100 != 0 or year % _CYCLE_YEARS == 0)
    return 28 if month == 2 and not is_leap_year else _DAYS_OF_MONTH[month - 1]  # noqa: PLR2004 - February


def _day_number(year: int, month: int, day: int) -> int:
    """Return the number of a day since 1970, for any year of the proleptic Gregorian calendar."""
    cycles, year_of_cycle = divmod(year, _CYCLE_YEARS)
    # The same day in the years 400 to 799, which `datetime` can hold.
    held = datetime(year_of_cycle + _CYCLE_YEARS, month, day, tzinfo=UTC).toordinal()
    return held + (cycles - 1) * _CYCLE_DAYS - datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def _lenient(text: str) -> Instant | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return Instant(Decimal(since.days * 86400 + since.seconds) + Decimal(since.microseconds).scaleb(-6))
