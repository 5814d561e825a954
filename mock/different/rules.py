"""Servers that make another choice where the contract leaves one."""

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
    """Responds with 400 to a media type that is not JSON."""

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        if rejection.outcome == "media_type":
            rejection = Rejection("rejected", rejection.message)
        return super().reject(rejection, request)


@SERVERS.add
class PlainMediaTypeRefusal(Service):
    """Responds with 415 without a body."""

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        return (
            ServerResponse(response.status, (("Accept", "application/json"),))
            if rejection.outcome == "media_type"
            else response
        )


@SERVERS.add
class MissingMediaTypeTaken(Service):
    """Accepts a body without Content-Type as JSON."""

    def accepts_media_type(self, request: ServerRequest) -> bool:
        return request.header("Content-Type") is None or super().accepts_media_type(request)


@SERVERS.add
class JsonSuffixTaken(Service):
    """Accepts media types that end in +json."""

    def accepts_media_type(self, request: ServerRequest) -> bool:
        named = (request.header("Content-Type") or "").partition(";")[0].strip()
        return named.endswith("+json") or super().accepts_media_type(request)


@SERVERS.add
class MediaTypeFirst(Service):
    """Checks the media type before the credentials."""

    def route(self, request: ServerRequest) -> None:
        super().route(request)
        if request.method == "POST" and not self.accepts_media_type(request):
            raise Rejection(outcome="media_type", message="The body must be application/json.")


@SERVERS.add
class ConflictFirst(Service):
    """Checks for a duplicate before it validates the rest of the order."""

    def check(self, order: Mapping[str, Any]) -> None:
        if self.has_key(order) and self.microseconds(order) in self.orders.instants(order[self.reference_field]):
            raise self.conflict(order)
        super().check(order)


class _Window(Service):
    """Treats orders with one reference as duplicates if their instants are close to each other."""

    def are_near(self, one: int, other: int) -> bool:
        raise NotImplementedError

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        instant = self.microseconds(order)
        if any(self.are_near(instant, other) for other in self.orders.instants(order[self.reference_field])):
            return False
        return super().store(order, record, request)


@SERVERS.add
class SecondPrecision(_Window):
    """Treats orders with one reference within the same second as duplicates."""

    def are_near(self, one: int, other: int) -> bool:
        return one // 1_000_000 == other // 1_000_000


@SERVERS.add
class DayWindow(_Window):
    """Treats orders with one reference within 24 hours as duplicates."""

    def are_near(self, one: int, other: int) -> bool:
        return abs(one - other) <= _DAY


@SERVERS.add
class SameDay(_Window):
    """Treats orders with one reference on the same day in UTC as duplicates."""

    def are_near(self, one: int, other: int) -> bool:
        return one // _DAY == other // _DAY


@SERVERS.add
class TwoDayWindow(_Window):
    """Treats orders with one reference within two days as duplicates, as the vendor's update does."""

    def are_near(self, one: int, other: int) -> bool:
        return abs(one - other) <= 2 * _DAY


class _PostOnly(Service):
    """Serves no method but POST."""

    outcome: ClassVar[Any]

    def route(self, request: ServerRequest) -> None:
        super().route(request)
        if request.method != "POST":
            raise Rejection(self.outcome, "There is nothing here.")


@SERVERS.add
class OtherMethodsNotAllowed(_PostOnly):
    """Responds with 405 to every method but POST."""

    outcome = "method"


@SERVERS.add
class OtherMethodsNotFound(_PostOnly):
    """Responds with 404 to every method but POST."""

    outcome = "not_found"


@SERVERS.add
class OtherMethodsForbidden(Service):
    """Responds with 403 and HTML to every method but POST."""

    def process(self, request: ServerRequest) -> ServerResponse:
        if request.method != "POST":
            return ServerResponse(403, (("Content-Type", "text/html"),), b"<h1>Forbidden</h1>")
        return super().process(request)


@SERVERS.add
class OtherList(Service):
    """Lists orders in another format, which leaves out the orders."""

    def find_or_remove(self, request: ServerRequest) -> ServerResponse:
        response = super().find_or_remove(request)
        return (
            ServerResponse(response.status, response.headers, b'{"offset":0,"limit":10,"total":3}')
            if response.body
            else response
        )


@SERVERS.add
class LocksOut(Service):
    """Locks the account for 15 minutes after five wrong passwords in a row."""

    tenant_only = True

    def set_up(self) -> None:
        self.wrong = 0
        self.since = self.clock()

    def is_authenticated(self, request: ServerRequest) -> bool:
        if self.clock() - self.since > timedelta(minutes=15):
            self.wrong = 0
        if self.wrong >= 5 or super().is_authenticated(request):
            authenticated = self.wrong < 5
            self.wrong = 0 if authenticated else self.wrong
            return authenticated
        self.wrong += 1
        self.since = self.clock()
        return False


@SERVERS.add
class UpperCaseCurrency(Service):
    """Stores a currency code in upper case, as ISO 4217 writes it."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        created = self.contract.responses[self.contract.extension.statuses.created]
        for name in (field.name for field in created.fields if field.echo == "letters"):
            value = order.get(name)
            if isinstance(value, str) and value.isascii() and value.isalpha():
                order[name] = value.upper()
        return order


class _LenientInstants(Service):
    """Accepts some unusual forms of a date-time."""

    def normalised(self, value: str) -> str:
        raise NotImplementedError

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        for field in self.contract.fields.values():
            if field.format == "date-time" and isinstance(order.get(field.name), str):
                order[field.name] = self.normalised(order[field.name])
        return order


@SERVERS.add
class SmallLettersInInstants(_LenientInstants):
    """Accepts t for T and z for Z in a date-time, as RFC 3339 allows."""

    def normalised(self, value: str) -> str:
        return value.upper() if re.fullmatch(r"[0-9tTzZ:.+-]+", value) else value


@SERVERS.add
class BlankInInstants(_LenientInstants):
    """Accepts a space for T in a date-time, as RFC 3339 allows."""

    def normalised(self, value: str) -> str:
        return re.sub(r"^(\d{4}-\d\d-\d\d) (?=\d)", r"\1T", value)


@SERVERS.add
class LeapSeconds(_LenientInstants):
    """Accepts a leap second, and stores it as the second before."""

    def normalised(self, value: str) -> str:
        return re.sub(r"(?<=T23:59:)60(?=[.Z+-])", "59", value)
