"""Servers that convert date-times to a local time and back, in hours that occur twice or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import ChangedInstants, add_server
from orders_conformance.spec.date_time import text

SERVERS = Catalogue()


class _StoresLocalTime(ChangedInstants):
    """Confuses the two hours that have the same local time, at the end of daylight saving time.

    `ends` are the instants at which the clocks are put back, and `by` is how far. Of the two equal hours, the one
    before the instant is stored in place of the one after it, or the other way round.
    """

    ends: ClassVar[tuple[datetime, ...]]
    by: ClassVar[timedelta]
    takes_first: ClassVar[bool]

    def instant(self, value: datetime, written: str) -> str:
        for end in self.ends:
            if self.takes_first and end <= value < end + self.by:
                return text(value - self.by)
            if not self.takes_first and end - self.by <= value < end:
                return text(value + self.by)
        return written


class _ReadsLocalTime(ChangedInstants):
    """Moves a local time that does not exist where the server is, whatever its offset; `skipped` are its hours."""

    skipped: ClassVar[tuple[datetime, ...]]

    def instant(self, value: datetime, written: str) -> str:
        local = value.replace(tzinfo=None)
        moved = any(hour <= local < hour + timedelta(hours=1) for hour in self.skipped)
        return (value + timedelta(hours=1)).isoformat() if moved else written


def _sundays(month: int, earliest: int, hour: int, years: Iterable[int]) -> tuple[datetime, ...]:
    """Return an hour (UTC; negative on the day before) of the first Sunday of a month from a day on, in each year."""
    days = (datetime(year, month, earliest, tzinfo=UTC) for year in years)
    return tuple(day + timedelta(days=(6 - day.weekday()) % 7, hours=hour) for day in days)


_YEARS = range(1990, 2030)
_ENDS = {
    "Berlin": _sundays(10, 25, 1, _YEARS),
    "New York": _sundays(11, 1, 6, _YEARS),
    "Sydney": _sundays(4, 1, -8, _YEARS),
    "Santiago": _sundays(4, 2, 3, _YEARS),
}
_SKIPPED = {
    "Berlin": _sundays(3, 25, 2, _YEARS),
    "New York": _sundays(3, 8, 2, _YEARS),
    "Sydney": _sundays(10, 1, 2, _YEARS),
    "Santiago": _sundays(9, 2, 0, _YEARS),
}
for _place, _field, _takes_first in (
    ("Berlin", "createdAt", True),
    ("New York", "modifiedAt", True),
    ("New York", "createdAt", False),
    ("Sydney", "createdAt", True),
    ("Sydney", "modifiedAt", False),
    ("Santiago", "createdAt", False),
    ("Santiago", "modifiedAt", True),
):
    _which, _other = ("first", "second") if _takes_first else ("second", "first")
    add_server(
        SERVERS,
        _StoresLocalTime,
        f"{_field} in the {_which} hour of {_place}",
        f"Returns {_field} in the {_which} of two equal hours of {_place} where it was in the {_other}.",
        (f"create/201/{_field}/echo",),
        field=_field,
        ends=_ENDS[_place],
        by=timedelta(hours=1),
        takes_first=_takes_first,
    )
for _place, _field in (
    ("Berlin", "modifiedAt"),
    ("New York", "createdAt"),
    ("Sydney", "createdAt"),
    ("Santiago", "modifiedAt"),
):
    add_server(
        SERVERS,
        _ReadsLocalTime,
        f"{_field} skips the hour of {_place}",
        f"Returns {_field} an hour later where its local time does not exist in {_place}.",
        (f"create/201/{_field}/echo",),
        field=_field,
        skipped=tuple(hour.replace(tzinfo=None) for hour in _SKIPPED[_place]),
    )
