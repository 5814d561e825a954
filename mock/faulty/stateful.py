"""Faults that show only after something else: values of other orders, and what happens at the third request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, of_row
from orders_conformance.mock.service import FieldProblem, Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_OPTIONAL = tuple(
    field.name
    for field in CONTRACT.responses[CONTRACT.extension.statuses.created].fields
    if field.echo and not field.required
)


class _Sticky(Service):
    """Answers the last value of a field to an order that lacks it."""

    field: ClassVar[str]

    def begin(self) -> None:
        self.last: dict[str, Any] = {}

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created":
            self.last = self.last | {name: value for name, value in body.items() if name == self.field}
            body = self.last | body
        return super().respond(outcome, body, request)


for _name in _OPTIONAL:
    _lie = f"Answers the {_name} of an earlier order to one that has none."
    of_row(SERVERS, _Sticky, f"sticky {_name}", _lie, (f"create/201/{_name}/not-from-another-order",), field=_name)


@SERVERS.add
class StickyEverything(Service):
    """Answers values of earlier orders to an order that lacks them."""

    breaks = ("create/201/*/not-from-another-order",)

    def begin(self) -> None:
        self.last: dict[str, Any] = {}

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        known = {**self.last, **order}
        self.last = {name: value for name, value in known.items() if name in _OPTIONAL}
        return super().created(known, request)


@SERVERS.add
class StickyOnConnection(Service):
    """Answers values of the order before on the same connection to an order that lacks them."""

    breaks = ("create/201/*/not-from-another-order",)

    def begin(self) -> None:
        self.last: dict[str, Mapping[str, Any]] = {}

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        before = self.last.get(request.connection, {})
        self.last[request.connection] = {name: value for name, value in order.items() if name in _OPTIONAL}
        return super().created({**before, **order}, request)


@SERVERS.add
class StickyFromRefused(Service):
    """Answers values of an order that was refused to the next one that lacks them."""

    breaks = ("create/201/*/not-from-another-order",)

    def begin(self) -> None:
        self.refused: dict[str, Any] = {}

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        problems = super().problems(order)
        wrong = {problem.field for problem in problems}
        if problems:
            self.refused = {name: value for name, value in order.items() if name in _OPTIONAL and name not in wrong}
        return problems

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        return super().created({**self.refused, **order}, request)


class _Lags(Service):
    """Answers the value of the order before."""

    field: ClassVar[str]

    def begin(self) -> None:
        self.last: Any = None

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created" and self.field in body:
            self.last, value = body[self.field], self.last
            body = body | ({self.field: value} if value is not None else {})
        return super().respond(outcome, body, request)


for _name in ("price", "referenceId", *_OPTIONAL[:1], *_OPTIONAL[-2:]):
    _lie = f"Answers the {_name} of the order before."
    of_row(SERVERS, _Lags, f"lags in {_name}", _lie, (f"create/201/{_name}/echo",), field=_name)


class _EveryNth(Service):
    """Does something else with every so many created orders."""

    every: ClassVar[int] = 3

    def begin(self) -> None:
        self.orders_created = 0

    def otherwise(self, body: dict[str, Any]) -> dict[str, Any]:
        return body

    def reply_otherwise(self, response: ServerResponse) -> ServerResponse:
        return response

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        self.orders_created += outcome == "created"
        if outcome != "created" or self.orders_created % self.every:
            return super().respond(outcome, body, request)
        return self.reply_otherwise(super().respond(outcome, self.otherwise(body), request))


@SERVERS.add
class ThirdOrderLosesOptional(_EveryNth):
    """Leaves out optional fields in the answer to every third order."""

    breaks = ("create/201/*/present",)

    def otherwise(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in body.items() if name not in _OPTIONAL}


@SERVERS.add
class FourthOrderIsAccepted(_EveryNth):
    """Answers 202 to every fourth order."""

    breaks = ("create/201/http-status",)
    every = 4

    def reply_otherwise(self, response: ServerResponse) -> ServerResponse:
        return replace(response, status=202)


@SERVERS.add
class FifthOrderIsText(_EveryNth):
    """Says that the answer to every fifth order is text."""

    breaks = ("create/201/media-type",)
    every = 5

    def reply_otherwise(self, response: ServerResponse) -> ServerResponse:
        return replace(response, headers=(("Content-Type", "text/plain"),))


@SERVERS.add
class ThirdOrderSharesRef(_EveryNth):
    """Gives every third order the ref of the one before it."""

    breaks = ("create/201/ref/unique", "create/201/href/ref")

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        self.refs = [*getattr(self, "refs", []), record[self.ref_field]][-2:]
        return record

    def otherwise(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {self.ref_field: self.refs[0]}


@SERVERS.add
class SixthOrderHasZeroPrice(_EveryNth):
    """Answers nought for the price of every sixth order."""

    breaks = ("create/201/price/echo",)
    every = 6

    def otherwise(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"price": 0}


@SERVERS.add
class FailsAtEighth(Service):
    """Fails on each eighth valid order, after it was created."""

    breaks = ("create/any/no-5xx", "create/*")

    def begin(self) -> None:
        self.orders_created = 0

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        self.orders_created += outcome == "created"
        failed = outcome == "created" and self.orders_created % 8 == 0
        return ServerResponse(500, (), b"") if failed else super().respond(outcome, body, request)


@SERVERS.add
class FailsAfterConflict(Service):
    """Fails on the request that follows a conflict."""

    breaks = ("create/any/no-5xx", "create/*")

    def begin(self) -> None:
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
    """Refuses the order that follows a refused one on the same connection, whatever it is."""

    breaks = ("create/*",)

    def begin(self) -> None:
        self.refusing: set[str] = set()
        self.last = b""

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if response.status == self.statuses["created"] and request.connection in self.refusing:
            self.refusing.discard(request.connection)
            return ServerResponse(400, (("Content-Type", "application/json"),), self.last)
        if response.status == self.statuses["rejected"]:
            self.refusing.add(request.connection)
            self.last = response.body
        return response


@SERVERS.add
class RepeatsLastProblem(Service):
    """Adds to each refusal the problems of the one before, and forgets the field of its own."""

    breaks = ("create/400/message/names-field",)

    def begin(self) -> None:
        self.last = "The order is invalid."

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        self.last, answered = super().message(problems), self.last
        return answered
