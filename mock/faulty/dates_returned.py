"""Faults in the date-times of the 201 response."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Altered, ChangedInstants, add_server
from orders_conformance.mock.service import Result, ServerRequest, Service

SERVERS = Catalogue()

_CREATED = CONTRACT.responses[CONTRACT.extension.statuses.created].fields
_DATED = tuple(field.name for field in _CREATED if field.format == "date-time")
_OWN = tuple(field.name for field in _CREATED if field.echo == "instant-or-now")


class _Writes(ChangedInstants):
    """Returns wrong date-times."""

    written: ClassVar[Callable[[datetime, str], Any]]

    def instant(self, value: datetime, written: str) -> Any:
        return type(self).written(value, written)


def _without_offset(instant: datetime, _written: str) -> str:
    return instant.replace(tzinfo=UTC).isoformat()


def _shifted(**distance: int) -> Callable[[datetime, str], str]:
    def shifted(instant: datetime, written: str) -> str:
        try:
            return (instant + timedelta(**distance)).isoformat()
        except OverflowError:
            return written

    return shifted


def _changed(
    condition: Callable[[datetime], bool], change: Callable[[datetime], datetime]
) -> Callable[[datetime, str], str]:
    return lambda instant, written: change(instant).isoformat() if condition(instant) else written


def _always(_instant: datetime) -> bool:
    return True


def _week_year(instant: datetime) -> datetime:
    return instant.replace(year=min(9999, instant.year + 1))


for _name in _DATED:
    add_server(
        SERVERS,
        _Writes,
        f"{_name} drops offset",
        f"Returns {_name} with its local time as UTC.",
        (f"create/201/{_name}/echo",),
        written=staticmethod(_without_offset),
        field=_name,
    )
    add_server(
        SERVERS,
        _Writes,
        f"{_name} in Java's words",
        f"Returns {_name} as Java prints dates.",
        (f"create/201/{_name}/format",),
        written=staticmethod(lambda instant, _written: f"{instant:%a %b %d %H:%M:%S CET %Y}"),
        field=_name,
    )
    add_server(
        SERVERS,
        _Writes,
        f"{_name} in seconds",
        f"Returns {_name} as seconds since 1970.",
        (f"create/201/{_name}/type",),
        written=staticmethod(lambda instant, _written: int(instant.timestamp())),
        field=_name,
    )

_WRITTEN: Mapping[str, tuple[Callable[[datetime, str], Any], str, tuple[str, ...]]] = {
    "ReadsFractionAsMilliseconds": (
        lambda instant, written: re.sub(r"\.(\d{1,3})(?=\D)", lambda found: f".{int(found[1]):03}", written),
        "Reads the digits of a fraction as a number of milliseconds: .5 as .005.",
        ("echo",),
    ),
    "AddsMinutesOfOffset": (
        lambda instant, written: (
            (instant - timedelta(hours=1)).isoformat() if re.search(r"-\d\d:[1-5]\d$", written) else written
        ),
        "Adds the minutes of a negative offset instead of subtracting them.",
        ("echo",),
    ),
    "DropsZone": (
        lambda instant, _: f"{instant:%Y-%m-%dT%H:%M:%S}",
        "Returns the local time without its offset.",
        ("format",),
    ),
    "AnswersDateOnly": (
        lambda instant, _: f"{instant:%Y-%m-%d}",
        "Returns the date without the time.",
        ("format",),
    ),
    "AnswersCompactOffset": (
        lambda instant, _: re.sub(r":(?=\d\d$)", "", instant.isoformat()),
        "Returns offsets without a colon.",
        ("format",),
    ),
    "AnswersDigits": (
        lambda instant, _: str(int(instant.timestamp())),
        "Returns seconds since 1970 as text.",
        ("format",),
    ),
    "AnswersEuropeanDate": (
        lambda instant, _: f"{instant:%d.%m.%Y %H:%M:%S}",
        "Returns day.month.year.",
        ("format",),
    ),
    "AnswersNotAvailable": (lambda _instant, _written: "n/a", "Returns n/a for every date-time.", ("echo", "format")),
    "HourLate": (_shifted(hours=1), "Returns date-times an hour late.", ("echo",)),
    "DayEarly": (_shifted(days=-1), "Returns date-times a day early.", ("echo",)),
    "SecondLate": (_shifted(seconds=1), "Returns date-times a second late.", ("echo",)),
    "SummerHour": (
        _changed(lambda i: 3 < i.month < 11, lambda i: i + timedelta(hours=1)),
        "Adds an hour from April to October.",
        ("echo",),
    ),
    "SwapsMonthAndDay": (
        _changed(lambda i: i.day <= 12, lambda i: i.replace(month=i.day, day=i.month)),
        "Swaps month and day where the day is at most 12.",
        ("echo",),
    ),
    "TwelveHourClock": (
        _changed(lambda i: i.hour > 12, lambda i: i.replace(hour=i.hour - 12)),
        "Returns afternoon hours as morning hours.",
        ("echo",),
    ),
    "MidnightIsNoon": (
        _changed(lambda i: i.hour == 0, lambda i: i.replace(hour=12)),
        "Returns hour 12 for hour 0.",
        ("echo",),
    ),
    "NoonIsMidnight": (
        _changed(lambda i: i.hour == 12, lambda i: i.replace(hour=0)),
        "Returns hour 0 for hour 12.",
        ("echo",),
    ),
    "TwoDigitYear": (
        _changed(lambda i: i.year < 2000, lambda i: i.replace(year=2000 + i.year % 100)),
        "Stores two digits of the year, and guesses the century.",
        ("echo",),
    ),
    "WeekYear": (
        _changed(lambda i: (i.month, i.day) == (12, 31), _week_year),
        "Returns 31 December with the ISO week year.",
        ("echo",),
    ),
    "LeapDayMoves": (
        _changed(lambda i: (i.month, i.day) == (2, 29), lambda i: i + timedelta(days=1)),
        "Returns 1 March for 29 February.",
        ("echo",),
    ),
    "LosesSeconds": (
        _changed(_always, lambda i: i.replace(second=0)),
        "Returns date-times cut to whole minutes.",
        ("echo",),
    ),
    "LosesTime": (
        _changed(_always, lambda i: i.replace(hour=0, minute=0, second=0, microsecond=0)),
        "Returns midnight of the day.",
        ("echo",),
    ),
    "AddsOffset": (
        lambda instant, _: (instant.replace(tzinfo=UTC) + (instant.utcoffset() or timedelta())).isoformat(),
        "Adds the offset instead of subtracting it.",
        ("echo",),
    ),
    "LosesHalfHours": (
        lambda instant, written: re.sub(r"([+-]\d\d):[0-5]\d$", r"\1:00", written),
        "Drops the minutes of an offset.",
        ("echo",),
    ),
    "ForgetsSign": (
        lambda instant, written: re.sub(r"-(\d\d:\d\d)$", r"+\1", written),
        "Returns negative offsets as positive.",
        ("echo",),
    ),
    "ClipsYearsTo2038": (
        _changed(lambda i: i.year > 2037, lambda i: i.replace(year=1901, month=12, day=13)),
        "Returns date-times after 2038 as a 32-bit number of seconds overflows.",
        ("echo",),
    ),
    "NothingBefore1970": (
        _changed(lambda i: i.year < 1970, lambda i: i.replace(year=1970)),
        "Returns date-times before 1970 in 1970.",
        ("echo",),
    ),
    "AnswersNothingBefore2000": (
        _changed(lambda i: i.year < 2000, lambda i: i.replace(year=2000)),
        "Returns date-times before 2000 in 2000.",
        ("echo",),
    ),
    "ConstantInstant": (
        lambda _instant, _written: "1970-01-01T00:00:00Z",
        "Returns the first second of 1970.",
        ("echo",),
    ),
}
for _name, (_written, _doc, _kinds) in _WRITTEN.items():
    add_server(
        SERVERS,
        _Writes,
        _name,
        _doc,
        tuple(f"create/201/orderedAt/{kind}" for kind in _kinds),
        written=staticmethod(_written),
    )


class _OwnInstant(Altered):
    """Returns another time where the sent one or the time of the request is due."""

    field: ClassVar[str]
    value: ClassVar[str]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.field: self.value}


for _name in _OWN:
    add_server(
        SERVERS,
        _OwnInstant,
        f"{_name} is constant",
        f"Returns the same {_name} for every order.",
        (f"create/201/{_name}/echo",),
        field=_name,
        value="1970-01-01T00:00:00Z",
    )


@SERVERS.add
class OrderedNow(Altered):
    """Returns the time of the request as orderedAt."""

    breaks = ("create/201/orderedAt/echo",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.instant_field: self.now()}


@SERVERS.add
class CreatedWhenOrdered(Altered):
    """Returns orderedAt as createdAt."""

    breaks = tuple(f"create/201/{name}/echo" for name in _OWN)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | dict.fromkeys(_OWN, body[self.instant_field])


@SERVERS.add
class SwapsCreatedAndModified(Altered):
    """Returns createdAt and modifiedAt swapped."""

    breaks = tuple(f"create/201/{name}/echo" for name in _OWN)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | dict(zip(_OWN, [body[name] for name in reversed(_OWN)], strict=True))


@SERVERS.add
class RemembersTimeOfFirst(Altered):
    """Returns the createdAt of the first order for every later one."""

    breaks = tuple(f"create/201/{name}/echo" for name in _OWN)

    def set_up(self) -> None:
        self.first: dict[str, Any] = {}

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        self.first = self.first or {name: body[name] for name in _OWN}
        return body | self.first


@SERVERS.add
class OffsetOnlyWithFraction(ChangedInstants):
    """Drops the offset of a date-time that has a fraction too."""

    breaks = ("create/201/orderedAt/echo",)

    def instant(self, value: datetime, written: str) -> Any:
        return re.sub(r"(?:Z|[+-]\d\d:\d\d)$", "Z", written) if "." in written else written


@SERVERS.add
class DelaysByOne(Service):
    """Returns the orderedAt of the previous order."""

    breaks = ("create/201/orderedAt/echo",)

    def set_up(self) -> None:
        self.previous = ""

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> Any:
        if outcome == "created":
            self.previous, returned = body[self.instant_field], self.previous or body[self.instant_field]
            body = body | {self.instant_field: returned}
        return super().respond(outcome, body, request)
