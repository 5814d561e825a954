"""Servers that ask the client to wait, in every way that HTTP has for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse
from orders_conformance.mock.service import Service

SERVERS = Catalogue()


class _Waits(Service):
    """Rejects every request for a few seconds, again and again; time passes only while the client waits."""

    every: ClassVar[int] = 40
    seconds: ClassVar[int] = 3
    status: ClassVar[int] = 429

    def set_up(self) -> None:
        self.requests = count(1)
        # The clock is not set yet.
        self.until: datetime | None = None

    def wait(self) -> Headers:
        """Return the headers that say how long the client has to wait."""
        raise NotImplementedError

    def handle(self, request: ServerRequest) -> ServerResponse:
        if self.until is None or self.clock() >= self.until:
            if next(self.requests) % self.every:
                return super().handle(request)
            self.until = self.clock() + timedelta(seconds=self.seconds)
        return ServerResponse(self.status, (("Content-Type", "text/html"), *self.wait()), b"<h1>Slow down</h1>")


@SERVERS.add
class WaitInSeconds(_Waits):
    """Responds with 429 for three seconds at times, and says so."""

    def wait(self) -> Headers:
        return (("Retry-After", str(self.seconds)),)


@SERVERS.add
class WaitNotSaid(_Waits):
    """Responds with 429 for a second at times, and does not say so."""

    seconds = 1

    def wait(self) -> Headers:
        return ()


class _UntilDate(_Waits):
    """Says until when the client has to wait, by its own clock."""

    ahead: ClassVar[timedelta] = timedelta()
    dated: ClassVar[bool] = True

    def wait(self) -> Headers:
        # Dates of HTTP have whole seconds: the next one is not too early.
        until = format_datetime((self.until or self.clock()) + self.ahead + timedelta(seconds=1), usegmt=True)
        now = (("Date", format_datetime(self.clock() + self.ahead, usegmt=True)),)
        return (("Retry-After", until), *(now if self.dated else ()))


_CLOCKS: Mapping[str, tuple[timedelta, str]] = {
    "RightClock": (timedelta(), "is right"),
    "ClockAheadByMinutes": (timedelta(minutes=10), "is ten minutes fast"),
    "ClockAheadByAnHour": (timedelta(hours=1), "is an hour fast"),
    "ClockAheadByADay": (timedelta(days=1), "is a day fast"),
    "ClockBehindByMinutes": (timedelta(minutes=-10), "is ten minutes slow"),
    "ClockBehindByAnHour": (timedelta(hours=-1), "is an hour slow"),
    "ClockBehindByADay": (timedelta(days=-1), "is a day slow"),
}
for _name, (_ahead, _is) in _CLOCKS.items():
    for _status in (429, 503):
        SERVERS.derive(
            _UntilDate,
            f"{_name}And{_status}",
            f"Responds with {_status} and a date in Retry-After at times; its clock {_is}.",
            ahead=_ahead,
            status=_status,
        )


@SERVERS.add
class NoDateWithRightClock(_UntilDate):
    """Responds with 429 and a date in Retry-After at times, without a Date header; its clock is right."""

    dated = False


@SERVERS.add
class NoDateWithSlowClock(_UntilDate):
    """Responds with 429 and a date in Retry-After at times, without a Date header; its clock is an hour slow."""

    dated = False
    seconds = 1
    ahead = timedelta(hours=-1)


@SERVERS.add
class EachOnceTooMany(Service):
    """Responds with 429 to the first try of each request, and asks for another one a second later."""

    def set_up(self) -> None:
        self.seen: set[tuple[bytes, str | None, str | None]] = set()

    def handle(self, request: ServerRequest) -> ServerResponse:
        one = (request.body, request.header("Authorization"), request.header("Content-Type"))
        if one in self.seen:
            return super().handle(request)
        self.seen.add(one)
        return ServerResponse(429, (("Content-Type", "application/json"), ("Retry-After", "1")), b"{}")


class _Rate(Service):
    """Rejects requests beyond a number in each period; time passes only while the client waits."""

    most: ClassVar[int]
    period: ClassVar[timedelta]
    status: ClassVar[int] = 429
    more: ClassVar[Headers] = ()

    def set_up(self) -> None:
        # The clock is not set yet.
        self.since: datetime | None = None
        self.handled = 0

    def handle(self, request: ServerRequest) -> ServerResponse:
        if self.since is None or self.clock() - self.since >= self.period:
            self.since, self.handled = self.clock(), 0
        if self.handled >= self.most:
            return ServerResponse(self.status, (("Content-Type", "text/plain"), *self.more), b"Too many requests")
        self.handled += 1
        return super().handle(request)


@SERVERS.add
class TenInASecond(_Rate):
    """Responds with 429 to more than ten requests in a second."""

    most, period = 10, timedelta(seconds=1)


@SERVERS.add
class HundredInAMinute(_Rate):
    """Responds with 429 to more than 100 requests in a minute, with a Retry-After of a minute."""

    most, period = 100, timedelta(minutes=1)
    more = (("Retry-After", "60"),)
