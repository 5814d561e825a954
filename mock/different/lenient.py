"""Servers that accept every value whose handling no page states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from orders_conformance.mock import lenient
from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.instants import Form, Instant
from orders_conformance.mock.service import Rejection, ServerRequest
from orders_conformance.spec.date_time import parse

SERVERS = Catalogue()


@SERVERS.add
class Lenient(lenient.Lenient):
    """Accepts every value whose handling no page states, and returns what was sent."""


class _OwnTime(lenient.Lenient):
    """Sets the fields that may be the time of the request to the server's own time."""

    def sets(self, order: Mapping[str, Any], name: str) -> bool:
        return True

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        fields = self.contract.responses[self.statuses["created"]].fields
        own = [field.name for field in fields if field.echo == "instant-or-now" and self.sets(order, field.name)]
        return record | dict.fromkeys(own, self.now())


@SERVERS.add
class OwnTimeForOdd(_OwnTime):
    """Accepts odd date-times, and returns the time of the request where it may."""


@SERVERS.add
class OwnTimeInMicroseconds(_OwnTime):
    """Accepts odd date-times, and returns the time of the request with microseconds."""

    def now(self) -> str:
        return self.clock().astimezone(UTC).isoformat(timespec="microseconds")


@SERVERS.add
class OwnTimeInNanoseconds(_OwnTime):
    """Accepts odd date-times, and returns the time of the request with nanoseconds in another time zone."""

    def now(self) -> str:
        return f"{self.clock().astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}789+00:00"


@SERVERS.add
class OwnTimeForOddOnly(_OwnTime):
    """Returns plain date-times as they were sent, and the time of the request for odd ones."""

    def sets(self, order: Mapping[str, Any], name: str) -> bool:
        return name in order and parse(order[name]) is None


@SERVERS.add
class OwnTimeOfCreationOnly(_OwnTime):
    """Returns its own time of creation, and the sent time of the change."""

    def sets(self, order: Mapping[str, Any], name: str) -> bool:
        return name == next(field.name for field in self.contract.fields.values() if self._may_be_now(field.name))

    def _may_be_now(self, name: str) -> bool:
        fields = self.contract.responses[self.statuses["created"]].fields
        return any(field.name == name and field.echo == "instant-or-now" for field in fields)


@SERVERS.add
class OddInstantsVerbatim(lenient.Lenient):
    """Returns plain date-times in UTC with milliseconds at least, and odd ones as they were sent."""

    def written_instant(self, instant: Instant, given: str) -> str:
        return given if parse(given) is None else Form(least=3).write(instant)


@SERVERS.add
class PlainInstantsVerbatim(lenient.Lenient):
    """Returns plain date-times as they were sent, and odd ones in UTC."""

    def written_instant(self, instant: Instant, given: str) -> str:
        return Form().write(instant) if parse(given) is None else given


@SERVERS.add
class UnknownPropertiesReturned(lenient.Lenient):
    """Returns undocumented properties as they were sent."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        given = self.decode(request)
        unknown = {name: value for name, value in given.items() if name not in self.contract.fields}
        return unknown | super().created(order, request)


@SERVERS.add
class RareYearsRejected(lenient.Lenient):
    """Accepts odd date-times, but none before the year 1 in UTC or after the year 9998."""

    def stored_instant(self, instant: Instant) -> Instant:
        year = int(Form().write(instant)[:4])
        if not 1 <= year <= 9998:
            message = f"{year} is out of range"
            raise ValueError(message)
        return instant


@SERVERS.add
class LenientWithKnownProperties(lenient.Lenient):
    """Accepts odd values, and rejects properties that are not documented."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        unknown = [name for name in order if name not in self.contract.fields]
        if unknown:
            raise Rejection(outcome="rejected", message=f"{unknown[0]}: is not known.")
        return super().normalise(order)
