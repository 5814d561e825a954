"""Faults that depend on earlier requests: values of other orders, and every n-th request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, add_server
from orders_conformance.mock.service import FieldProblem, Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_OPTIONAL = tuple(
    field.name
    for field in CONTRACT.responses[CONTRACT.extension.statuses.created].fields
    if field.echo and not field.required
)


class _KeepsLastValue(Service):
    """Returns an earlier order's value of a field for an order without it."""

    field: ClassVar[str]

    def set_up(self) -> None:
        self.last: dict[str, Any] = {}

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created":
            self.last = self.last | {name: value for name, value in body.items() if name == self.field}
            body = self.last | body
        return super().respond(outcome, body, request)


for _name in _OPTIONAL:
    _doc = f"Returns the {_name} of an earlier order for an order without it."
    add_server(
        SERVERS, _KeepsLastValue, f"sticky {_name}", _doc, (f"create/201/{_name}/not-from-another-order",), field=_name
    )


@SERVERS.add
class StickyEverything(Service):
    """Returns values of earlier orders for fields that the order does not have."""

    breaks = ("create/201/*/not-from-another-order",)

    def set_up(self) -> None:
        self.last: dict[str, Any] = {}

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        known = {**self.last, **order}
        self.last = {name: value for name, value in known.items() if name in _OPTIONAL}
        return super().created(known, request)


@SERVERS.add
class StickyOnConnection(Service):
    """Returns values of the previous order on the same connection for fields that the order does not have."""

    breaks = ("create/201/*/not-from-another-order",)

    def set_up(self) -> None:
        self.last: dict[str, Mapping[str, Any]] = {}

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        before = self.last.get(request.connection, {})
        self.last[request.connection] = {name: value for name, value in order.items() if name in _OPTIONAL}
        return super().created({**before, **order}, request)


@SERVERS.add
class StickyFromRefused(Service):
    """Returns values of a rejected order for fields that the next order does not have."""

    breaks = ("create/201/*/not-from-another-order",)

    def set_up(self) -> None:
        self.rejected: dict[str, Any] = {}

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        problems = super().problems(order)
        wrong = {problem.field for problem in problems}
        if problems:
            self.rejected = {name: value for name, value in order.items() if name in _OPTIONAL and name not in wrong}
        return problems

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        return super().created({**self.rejected, **order}, request)


class _PreviousValue(Service):
    """Returns the previous order's value of a field."""

    field: ClassVar[str]

    def set_up(self) -> None:
        self.last: Any = None

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created" and self.field in body:
            self.last, value = body[self.field], self.last
            body = body | ({self.field: value} if value is not None else {})
        return super().respond(outcome, body, request)


for _name in ("price", "referenceId", *_OPTIONAL[:1], *_OPTIONAL[-2:]):
    _doc = f"Returns the {_name} of the previous order."
    add_server(SERVERS, _PreviousValue, f"lags in {_name}", _doc, (f"create/201/{_name}/echo",), field=_name)


class _EveryNth(Service):
    """Responds differently to every n-th created order."""

    every: ClassVar[int] = 3

    def set_up(self) -> None:
        self.orders_created = 0

    def changed_body(self, body: dict[str, Any]) -> dict[str, Any]:
        return body

    def changed_response(self, response: ServerResponse) -> ServerResponse:
        return response

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        self.orders_created += outcome == "created"
        if outcome != "created" or self.orders_created % self.every:
            return super().respond(outcome, body, request)
        return self.changed_response(super().respond(outcome, self.changed_body(body), request))


@SERVERS.add
class ThirdOrderLosesOptional(_EveryNth):
    """Omits optional fields in the response to every third order."""

    breaks = ("create/201/*/present",)

    def changed_body(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in body.items() if name not in _OPTIONAL}


@SERVERS.add
class FourthOrderIsAccepted(_EveryNth):
    """Responds with 202 to every fourth order."""

    breaks = ("create/201/http-status",)
    every = 4

    def changed_response(self, response: ServerResponse) -> ServerResponse:
        return replace(response, status=202)


@SERVERS.add
class FifthOrderIsText(_EveryNth):
    """Responds to every fifth order with media type text/plain."""

    breaks = ("create/201/media-type",)
    every = 5

    def changed_response(self, response: ServerResponse) -> ServerResponse:
        return replace(response, headers=(("Content-Type", "text/plain"),))


@SERVERS.add
class ThirdOrderSharesRef(_EveryNth):
    """Returns the ref of the previous order for every third order."""

    breaks = ("create/201/ref/unique", "create/201/href/ref")

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        self.refs = [*getattr(self, "refs", []), record[self.ref_field]][-2:]
        return record

    def changed_body(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.ref_field: self.refs[0]}


@SERVERS.add
class SixthOrderHasZeroPrice(_EveryNth):
    """Returns zero as the price of every sixth order."""

    breaks = ("create/201/price/echo",)
    every = 6

    def changed_body(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"price": 0}


@SERVERS.add
class FailsAtEighth(Service):
    """Creates every eighth valid order, and responds with 500."""

    breaks = ("create/any/no-5xx",)

    def set_up(self) -> None:
        self.orders_created = 0

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        self.orders_created += outcome == "created"
        failed = outcome == "created" and self.orders_created % 8 == 0
        return ServerResponse(500, (), b"") if failed else super().respond(outcome, body, request)


@SERVERS.add
class FailsAfterConflict(Service):
    """Responds with 500 to the request after a 409 response."""

    breaks = ("create/any/no-5xx",)

    def set_up(self) -> None:
        self.failing = False

    def handle(self, request: ServerRequest) -> ServerResponse:
        if self.failing:
            self.failing = False
            return ServerResponse(500, (("Content-Type", "application/json"),), b"{}")
        response = super().handle(request)
        self.failing = response.status == self.statuses["conflict"]
        return response


@SERVERS.add
class RefusesAfterRefusal(Service):
    """Responds with 400 to the order after a rejected one on the same connection, although it creates it."""

    breaks = ("create/*",)

    def set_up(self) -> None:
        self.rejecting: set[str] = set()
        self.last = b""

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if response.status == self.statuses["created"] and request.connection in self.rejecting:
            self.rejecting.discard(request.connection)
            return ServerResponse(400, (("Content-Type", "application/json"),), self.last)
        if response.status == self.statuses["rejected"]:
            self.rejecting.add(request.connection)
            self.last = response.body
        return response


@SERVERS.add
class RepeatsLastProblem(Service):
    """Writes the message of the previous rejection instead of its own."""

    breaks = ("create/400/message/names-field",)

    def set_up(self) -> None:
        self.last = "The order is invalid."

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        self.last, returned = super().message(problems), self.last
        return returned
