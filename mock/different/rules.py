"""Servers that take another of the ways that the contract leaves open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.service import Rejection, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_DAY = timedelta(days=1) // timedelta(microseconds=1)


@SERVERS.add
class BadRequestForMediaType(Service):
    """Answers 400 to a body that is not said to be JSON."""

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        if refusal.outcome == "media_type":
            refusal = Rejection("rejected", refusal.message)
        return super().refuse(refusal, request)


@SERVERS.add
class PlainMediaTypeRefusal(Service):
    """Answers 415 without a body."""

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().refuse(refusal, request)
        return (
            ServerResponse(response.status, (("Accept", "application/json"),))
            if refusal.outcome == "media_type"
            else response
        )


@SERVERS.add
class MissingMediaTypeTaken(Service):
    """Takes a body without a Content-Type as JSON."""

    def takes_media_type(self, request: ServerRequest) -> bool:
        return request.header("Content-Type") is None or super().takes_media_type(request)


@SERVERS.add
class JsonSuffixTaken(Service):
    """Takes media types that end in +json."""

    def takes_media_type(self, request: ServerRequest) -> bool:
        named = (request.header("Content-Type") or "").partition(";")[0].strip()
        return named.endswith("+json") or super().takes_media_type(request)


@SERVERS.add
class MediaTypeFirst(Service):
    """Looks at the media type before the credentials."""

    def route(self, request: ServerRequest) -> None:
        super().route(request)
        if request.method == "POST" and not self.takes_media_type(request):
            raise Rejection(outcome="media_type", message="The body must be application/json.")


@SERVERS.add
class ConflictFirst(Service):
    """Looks for a conflict before it validates the rest of the order."""

    def check(self, order: Mapping[str, Any]) -> None:
        if self.has_key(order) and self.microseconds(order) in self.orders.instants(order[self.reference_field]):
            raise self.conflict(order)
        super().check(order)


class _Window(Service):
    """Takes orders of one reference for the same if their instants are near each other."""

    def are_near(self, one: int, other: int) -> bool:
        raise NotImplementedError

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        instant = self.microseconds(order)
        if any(self.are_near(instant, other) for other in self.orders.instants(order[self.reference_field])):
            return False
        return super().store(order, record, request)


@SERVERS.add
class SecondPrecision(_Window):
    """Takes orders of one reference within the same second for the same."""

    def are_near(self, one: int, other: int) -> bool:
        return one // 1_000_000 == other // 1_000_000


@SERVERS.add
class DayWindow(_Window):
    """Takes orders of one reference within twenty-four hours for the same."""

    def are_near(self, one: int, other: int) -> bool:
        return abs(one - other) <= _DAY


@SERVERS.add
class SameDay(_Window):
    """Takes orders of one reference on the same day in UTC for the same."""

    def are_near(self, one: int, other: int) -> bool:
        return one // _DAY == other // _DAY


@SERVERS.add
class TwoDayWindow(_Window):
    """Takes orders of one reference within two days for the same, as the vendor's update does."""

    def are_near(self, one: int, other: int) -> bool:
        return abs(one - other) <= 2 * _DAY


class _PostOnly(Service):
    """Serves nothing but the creation of orders."""

    outcome: ClassVar[Any]

    def route(self, request: ServerRequest) -> None:
        super().route(request)
        if request.method != "POST":
            raise Rejection(self.outcome, "There is nothing here.")


@SERVERS.add
class OtherMethodsNotAllowed(_PostOnly):
    """Answers 405 to everything but POST."""

    outcome = "method"


@SERVERS.add
class OtherMethodsNotFound(_PostOnly):
    """Answers 404 to everything but POST."""

    outcome = "not_found"


@SERVERS.add
class OtherMethodsForbidden(Service):
    """Answers 403 to everything but POST, in HTML."""

    def answer(self, request: ServerRequest) -> ServerResponse:
        if request.method != "POST":
            return ServerResponse(403, (("Content-Type", "text/html"),), b"<h1>Forbidden</h1>")
        return super().answer(request)


@SERVERS.add
class OtherList(Service):
    """Lists orders in another shape, which leaves out the orders."""

    def manage(self, request: ServerRequest) -> ServerResponse:
        response = super().manage(request)
        return (
            ServerResponse(response.status, response.headers, b'{"offset":0,"limit":10,"total":3}')
            if response.body
            else response
        )


@SERVERS.add
class LocksOut(Service):
    """Lets nobody in after five wrong passwords in a row, until a quarter of an hour has passed."""

    tenant_only = True

    def begin(self) -> None:
        self.wrong = 0
        self.since = self.clock()

    def admits(self, request: ServerRequest) -> bool:
        if self.clock() - self.since > timedelta(minutes=15):
            self.wrong = 0
        if self.wrong >= 5 or super().admits(request):
            admitted = self.wrong < 5
            self.wrong = 0 if admitted else self.wrong
            return admitted
        self.wrong += 1
        self.since = self.clock()
        return False


class _LaxInstants(Service):
    """Takes some unusual ways to write an instant."""

    def usual(self, value: str) -> str:
        raise NotImplementedError

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        for field in self.contract.fields.values():
            if field.format == "date-time" and isinstance(order.get(field.name), str):
                order[field.name] = self.usual(order[field.name])
        return order


@SERVERS.add
class SmallLettersInInstants(_LaxInstants):
    """Takes t for T and z for Z in an instant, as RFC 3339 allows."""

    def usual(self, value: str) -> str:
        return value.upper() if re.fullmatch(r"[0-9tTzZ:.+-]+", value) else value


@SERVERS.add
class BlankInInstants(_LaxInstants):
    """Takes a blank for T in an instant, as RFC 3339 allows."""

    def usual(self, value: str) -> str:
        return re.sub(r"^(\d{4}-\d\d-\d\d) (?=\d)", r"\1T", value)


@SERVERS.add
class LeapSeconds(_LaxInstants):
    """Takes the sixtieth second of a minute for the one before."""

    def usual(self, value: str) -> str:
        return re.sub(r"(?<=T23:59:)60(?=[.Z+-])", "59", value)
