"""Date-times as a drawn server stores and writes them: with the digits and the notation that were sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import floor

from orders_conformance.mock import instants

_FRACTION = re.compile(r"\.(\d+)")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_LAST_YEAR = 9999
_AT_LEAST = "at least "


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
        blank: whether a blank or an underscore was written in place of T.

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
        return instants.date_of(self.seconds + self.offset)[0]

    @property
    def utc_year(self) -> int:
        """The year in UTC; it may be -1 or 10000."""
        return instants.date_of(self.seconds)[0]

    @property
    def microseconds(self) -> int:
        """Microseconds since 1970; further digits are cut off, and a leap second is the second after it."""
        return (self.seconds + self.leap) * 1_000_000 + int(f"{self.fraction:0<6.6}")


def read_instant(text: object) -> Instant | None:
    """Read a date-time of RFC 3339, 5.6, in any of its forms; None for any other value."""
    return _read(text) if isinstance(text, str) else None


@lru_cache(maxsize=1024)
def _read(text: str) -> Instant | None:
    found = instants.read_instant(text)
    if found is None:
        return None
    fraction = _FRACTION.search(text)
    return Instant(
        seconds=floor(found.seconds),
        fraction=fraction[1] if fraction else "",
        offset=found.offset * _MINUTE,
        zulu=text[-1] in "Zz",
        leap=found.leap,
        letters="t" in text or "z" in text,
        blank=" " in text or "_" in text,
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
            "towards 1970": instant.seconds < 0,
            "half up": rest >= half,
            "half even": rest > half or (rest == half and number % 2 == 1),
        }[rounding]
    )
    carry, number = divmod(number + up, 10 ** len(kept))
    # There is no second after a leap second that has its number, and none after the last one of the year 9999.
    if carry and (instant.leap or instants.date_of(instant.seconds + max(instant.offset, 0) + 1)[0] > _LAST_YEAR):
        return _replaced(instant, instant.seconds, kept)
    return _replaced(instant, instant.seconds + carry, f"{number:0{len(kept)}}" if kept else "")


def moved(instant: Instant, offset: int, *, zulu: bool) -> Instant:
    """Return an instant with another offset, in seconds; itself where its year has no four digits there."""
    if not 0 <= instants.date_of(instant.seconds + offset)[0] <= _LAST_YEAR:
        return instant
    return Instant(instant.seconds, instant.fraction, offset, zulu, instant.leap)


def written(instant: Instant, suffix: str = "Z") -> str:
    """Return an instant as text in its own offset.

    Args:
        instant: the instant.
        suffix: what is written for an instant in UTC.

    """
    local = instant.seconds + instant.offset
    year, month, day = instants.date_of(local)
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
        form: `trimmed` has no zeros at the end, `padded` has `digits` digits, `groups` has 0, 3, 6 or 9, and
            `at least N` has N digits or more.
        digits: how many digits are stored.

    """
    trimmed = instant.fraction.rstrip("0")
    if form.startswith(_AT_LEAST):
        width = int(form.removeprefix(_AT_LEAST))
    else:
        width = {"trimmed": 0, "padded": digits, "groups": -(-len(trimmed) // 3) * 3}[form]
    return _replaced(instant, instant.seconds, trimmed.ljust(width, "0"))


def _replaced(instant: Instant, seconds: int, fraction: str) -> Instant:
    return Instant(seconds, fraction, instant.offset, instant.zulu, instant.leap)
