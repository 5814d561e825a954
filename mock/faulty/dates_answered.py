"""Faults in the dates and times of the created order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Altered, GarblingInstants, of_row
from orders_conformance.mock.service import Result, ServerRequest, Service

SERVERS = Catalogue()

_CREATED = CONTRACT.responses[CONTRACT.extension.statuses.created].fields
_DATED = tuple(field.name for field in _CREATED if field.format == "date-time")
_OWN = tuple(field.name for field in _CREATED if field.echo == "instant-or-now")


class _Writes(GarblingInstants):
    """Writes instants wrongly."""

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
    of_row(
        SERVERS,
        _Writes,
        f"{_name} drops offset",
        f"Answers {_name} without its offset, and calls it UTC.",
        (f"create/201/{_name}/echo",),
        written=staticmethod(_without_offset),
        field=_name,
    )
    of_row(
        SERVERS,
        _Writes,
        f"{_name} in Java's words",
        f"Answers {_name} as some programs print it.",
        (f"create/201/{_name}/format", f"create/201/{_name}/echo"),
        written=staticmethod(lambda instant, _written: f"{instant:%a %b %d %H:%M:%S CET %Y}"),
        field=_name,
    )
    of_row(
        SERVERS,
        _Writes,
        f"{_name} in seconds",
        f"Answers {_name} as seconds since 1970.",
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
        "Adds the minutes of an offset to its hours, though it is negative.",
        ("echo",),
    ),
    "DropsZone": (
        lambda instant, _: f"{instant:%Y-%m-%dT%H:%M:%S}",
        "Answers the time as it was sent, without its zone.",
        ("format", "echo"),
    ),
    "AnswersDateOnly": (
        lambda instant, _: f"{instant:%Y-%m-%d}",
        "Answers the date without the time.",
        ("format", "echo"),
    ),
    "AnswersCompactOffset": (
        lambda instant, _: re.sub(r":(?=\d\d$)", "", instant.isoformat()),
        "Answers offsets without a colon.",
        ("format",),
    ),
    "AnswersDigits": (
        lambda instant, _: str(int(instant.timestamp())),
        "Answers seconds since 1970 as text.",
        ("format", "echo"),
    ),
    "AnswersEuropeanDate": (
        lambda instant, _: f"{instant:%d.%m.%Y %H:%M:%S}",
        "Answers day.month.year.",
        ("format", "echo"),
    ),
    "HourLate": (_shifted(hours=1), "Answers an instant an hour late.", ("echo",)),
    "DayEarly": (_shifted(days=-1), "Answers an instant a day early.", ("echo",)),
    "SecondLate": (_shifted(seconds=1), "Answers an instant a second late.", ("echo",)),
    "SummerHour": (
        _changed(lambda i: 3 < i.month < 11, lambda i: i + timedelta(hours=1)),
        "Adds an hour in summer.",
        ("echo",),
    ),
    "SwapsMonthAndDay": (
        _changed(lambda i: i.day <= 12, lambda i: i.replace(month=i.day, day=i.month)),
        "Swaps month and day where it can.",
        ("echo",),
    ),
    "TwelveHourClock": (
        _changed(lambda i: i.hour > 12, lambda i: i.replace(hour=i.hour - 12)),
        "Answers afternoon hours as morning hours.",
        ("echo",),
    ),
    "MidnightIsNoon": (
        _changed(lambda i: i.hour == 0, lambda i: i.replace(hour=12)),
        "Answers noon for the hour of midnight.",
        ("echo",),
    ),
    "NoonIsMidnight": (
        _changed(lambda i: i.hour == 12, lambda i: i.replace(hour=0)),
        "Answers midnight for the hour of noon.",
        ("echo",),
    ),
    "TwoDigitYear": (
        _changed(lambda i: i.year < 2000, lambda i: i.replace(year=2000 + i.year % 100)),
        "Keeps two digits of the year, and guesses the century.",
        ("echo",),
    ),
    "WeekYear": (
        _changed(lambda i: (i.month, i.day) == (12, 31), _week_year),
        "Answers 31 December in the year of its week.",
        ("echo",),
    ),
    "LeapDayMoves": (
        _changed(lambda i: (i.month, i.day) == (2, 29), lambda i: i + timedelta(days=1)),
        "Answers 1 March for 29 February.",
        ("echo",),
    ),
    "LosesSeconds": (_changed(_always, lambda i: i.replace(second=0)), "Answers whole minutes.", ("echo",)),
    "LosesTime": (
        _changed(_always, lambda i: i.replace(hour=0, minute=0, second=0, microsecond=0)),
        "Answers midnight of the day.",
        ("echo",),
    ),
    "AddsOffset": (
        lambda instant, _: (instant.replace(tzinfo=UTC) + (instant.utcoffset() or timedelta())).isoformat(),
        "Adds the offset where it should be taken away.",
        ("echo",),
    ),
    "LosesHalfHours": (
        lambda instant, written: re.sub(r"([+-]\d\d):[0-5]\d$", r"\1:00", written),
        "Loses the minutes of an offset.",
        ("echo",),
    ),
    "ForgetsSign": (
        lambda instant, written: re.sub(r"-(\d\d:\d\d)$", r"+\1", written),
        "Answers negative offsets as positive.",
        ("echo",),
    ),
    "ClipsYearsTo2038": (
        _changed(lambda i: i.year > 2037, lambda i: i.replace(year=1901, month=12, day=13)),
        "Answers instants after 2038 as those that a 32-bit number turns them into.",
        ("echo",),
    ),
    "NothingBefore1970": (
        _changed(lambda i: i.year < 1970, lambda i: i.replace(year=1970)),
        "Answers instants before 1970 in 1970.",
        ("echo",),
    ),
    "AnswersNothingBefore2000": (
        _changed(lambda i: i.year < 2000, lambda i: i.replace(year=2000)),
        "Answers instants before 2000 in 2000.",
        ("echo",),
    ),
    "ConstantInstant": (lambda _instant, _written: "1970-01-01T00:00:00Z", "Answers the beginning of 1970.", ("echo",)),
}
for _name, (_written, _lie, _kinds) in _WRITTEN.items():
    of_row(
        SERVERS,
        _Writes,
        _name,
        _lie,
        tuple(f"create/201/orderedAt/{kind}" for kind in _kinds),
        written=staticmethod(_written),
    )


class _OwnInstant(Altered):
    """Answers another time for what should be sent or the time of the request."""

    field: ClassVar[str]
    value: ClassVar[str]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.field: self.value}


for _name in _OWN:
    of_row(
        SERVERS,
        _OwnInstant,
        f"{_name} is constant",
        f"Answers the same {_name} to every order.",
        (f"create/201/{_name}/echo",),
        field=_name,
        value="1970-01-01T00:00:00Z",
    )


@SERVERS.add
class OrderedNow(Altered):
    """Answers the time of the request for the time of the order."""

    breaks = ("create/201/orderedAt/echo",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.instant_field: self.now()}


@SERVERS.add
class CreatedWhenOrdered(Altered):
    """Answers the time of the order for the time of its creation."""

    breaks = tuple(f"create/201/{name}/echo" for name in _OWN)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | dict.fromkeys(_OWN, body[self.instant_field])


@SERVERS.add
class SwapsCreatedAndModified(Altered):
    """Answers the time of creation and that of modification in each other's place."""

    breaks = tuple(f"create/201/{name}/echo" for name in _OWN)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | dict(zip(_OWN, [body[name] for name in reversed(_OWN)], strict=True))


@SERVERS.add
class RemembersTimeOfFirst(Altered):
    """Answers the time of creation of the first order to every later one."""

    breaks = tuple(f"create/201/{name}/echo" for name in _OWN)

    def begin(self) -> None:
        self.first: dict[str, Any] = {}

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        self.first = self.first or {name: body[name] for name in _OWN}
        return body | self.first


@SERVERS.add
class OffsetOnlyWithFraction(GarblingInstants):
    """Loses the offset of an instant that has a fraction too."""

    breaks = ("create/201/orderedAt/echo",)

    def instant(self, value: datetime, written: str) -> Any:
        return re.sub(r"(?:Z|[+-]\d\d:\d\d)$", "Z", written) if "." in written else written


@SERVERS.add
class DelaysByOne(Service):
    """Answers the instant of the order before."""

    breaks = ("create/201/orderedAt/echo",)

    def begin(self) -> None:
        self.previous = ""

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> Any:
        if outcome == "created":
            self.previous, answered = body[self.instant_field], self.previous or body[self.instant_field]
            body = body | {self.instant_field: answered}
        return super().respond(outcome, body, request)
