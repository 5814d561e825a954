"""The server of a behaviour: the embedded service with every choice of `Behaviour` made."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise
from typing import Any, ClassVar

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.instants import Instant, read_instant, written
from orders_conformance.mock.drawn.reading import read_body
from orders_conformance.mock.drawn.responses import encoded, headers_of, placed
from orders_conformance.mock.drawn.road import Road
from orders_conformance.mock.drawn.values import (
    Moment,
    instant_problem,
    number_problem,
    reference_problem,
    stored_moment,
    stored_number,
    text_problem,
)
from orders_conformance.mock.drawn.wording import problems_message
from orders_conformance.mock.json_text import JsonError, write_json
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.rejection import FieldProblem, Rejection, Result
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.mock.validation import enum_problem, type_problem
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import RequestField

_SECOND = 1_000_000
_LOCKED = timedelta(minutes=15)
_HOSTS = {"public": "https://orders.example.com", "port and path": "https://example.com:8443/cdp", "relative": ""}


class _TooLarge(Rejection):
    """The body is too large."""


class DrawnServer(Service):
    """A conformant server that makes the choices of a behaviour.

    Attributes:
        behaviour: the choices.

    """

    behaviour: ClassVar[Behaviour] = Behaviour()

    def __init__(self, contract: Contract, **settings: Any) -> None:
        """Open the service; settings as for `Service`."""
        self._road = Road(self.behaviour)
        self._numbers = count(1)
        self._storing = threading.Lock()
        self._wrong_in_a_row = 0
        self._last_wrong = datetime.min.replace(tzinfo=UTC)
        super().__init__(contract, **settings)

    # Processing of a request.

    def handle(self, request: ServerRequest) -> ServerResponse:
        return self._road.before(self.clock()) or self._road.after(super().handle(request))

    def process(self, request: ServerRequest) -> ServerResponse:
        chosen = self.behaviour
        self.route(request)
        if request.method != "POST":
            self.authenticate(request)
            return self.find_or_remove(request)
        if chosen.media_type_checked == "before credentials":
            self.check_media_type(request)
        if chosen.credentials_checked == "first":
            self.authenticate(request)
        if chosen.media_type_checked == "before the body":
            self.check_media_type(request)
        order = self.decode(request)
        if chosen.credentials_checked == "after the body":
            super().check(self.normalise(dict(order)))
            self.authenticate(request)
        if chosen.media_type_checked == "after the body":
            self.check_media_type(request)
        return self.create(order, request)

    def authenticate(self, request: ServerRequest) -> None:
        """Check the credentials.

        Raises:
            Rejection: they are wrong.

        """
        if not self.is_authenticated(request):
            raise Rejection(outcome="unauthorized")

    def check_media_type(self, request: ServerRequest) -> None:
        """Check the media type.

        Raises:
            Rejection: it is not JSON.

        """
        if not self.accepts_media_type(request):
            raise Rejection(outcome="media_type", message="The body must be application/json.")

    def is_authenticated(self, request: ServerRequest) -> bool:
        if self.clock() - self._last_wrong > _LOCKED:
            self._wrong_in_a_row = 0
        if self.behaviour.locked_after and self._wrong_in_a_row >= self.behaviour.locked_after:
            return False
        if super().is_authenticated(request):
            self._wrong_in_a_row = 0
            return True
        self._wrong_in_a_row += 1
        self._last_wrong = self.clock()
        return False

    # Reading of the body.

    def accepts_media_type(self, request: ServerRequest) -> bool:
        named = request.header("Content-Type")
        if named is None:
            return self.behaviour.missing_media_type_accepted
        essence, _, parameters = named.partition(";")
        if self.behaviour.charsets == "UTF-8 only":
            charset = re.search(r"charset\s*=\s*\"?([^\";\s]*)", parameters, re.IGNORECASE)
            if charset and charset[1].lower() not in {"utf-8", "utf8"}:
                return False
        suffixed = self.behaviour.json_suffix_accepted and essence.strip().lower().endswith("+json")
        return suffixed or super().accepts_media_type(request)

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        if len(request.body) > self.behaviour.largest_body:
            raise _TooLarge(outcome="rejected", message="The body is too long.")
        return super().decode(request)

    def read(self, content: bytes) -> Any:
        return read_body(content, self.behaviour)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        fields = self.contract.fields
        unknown = [name for name in order if name not in fields]
        if unknown and self.behaviour.unknown_properties == "rejected":
            raise Rejection(outcome="rejected", message=f"{unknown[0]}: is not known.")
        if self.behaviour.null == "rejected":
            return {name: value for name, value in order.items() if name in fields}
        return super().normalise(order)

    # Validation.

    def check(self, order: Mapping[str, Any]) -> None:
        early = self.behaviour.duplicates_before_validation
        if early and self.has_key(order) and self.is_duplicate(order, ServerRequest("POST", "", (), b"")):
            raise self.conflict(order)
        super().check(order)

    def has_key(self, order: Mapping[str, Any]) -> bool:
        fields = self.contract.fields
        return not any(self.problem(fields[name], order) for name in (self.reference_field, self.instant_field))

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        found = super().problems(order) + tuple(self.order_problems(order))
        return {"all": found, "first": found[:1], "last": found[-1:]}[self.behaviour.problems_reported]

    def order_problems(self, order: Mapping[str, Any]) -> Iterator[FieldProblem]:
        """Yield what is wrong with fields that are valid on their own."""
        core = self.contract.extension.core
        ((paid_by, rule),) = core.schema["if"]["properties"].items()
        (card,) = core.schema["then"]["required"]
        by_card = order.get(paid_by) == rule["const"]
        if self.behaviour.card_type_needed and by_card and card not in order:
            yield FieldProblem(card, "is required")
        if self.behaviour.card_type_restricted and card in order and not by_card:
            yield FieldProblem(card, "is not allowed")
        if self.behaviour.chronological:
            present = [(name, instant) for name in core.chronology if (instant := read_instant(order.get(name)))]
            for (early, one), (late, other) in pairwise(present):
                if other.microseconds < one.microseconds:
                    yield FieldProblem(late, f"is before {early}")

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        return type_problem(field, value) or enum_problem(field, value) or self.choice_problem(field, value)

    def choice_problem(self, field: RequestField, value: Any) -> str | None:
        """Return why the choices reject a value of the right type; None where they accept it."""
        if field.enum:
            return None
        if field.format == "date-time":
            instant = read_instant(value)
            if instant is None:
                return "must be a date and time as RFC 3339 has it"
            return instant_problem(instant, self.behaviour, int(self.clock().timestamp()))
        if field.type == "number":
            return number_problem(value, self.behaviour)
        return text_problem(value, self.behaviour) or self.own_problem(field, value)

    def own_problem(self, field: RequestField, value: str) -> str | None:
        """Return why a text is rejected as a reference or as a value of the organisation."""
        if field.name == self.reference_field:
            return reference_problem(value, self.behaviour)
        if not field.organisation:
            return None
        rule = self.behaviour.currencies if field.required else self.behaviour.points_of_sale
        if rule == "three capitals":
            return None if re.fullmatch("[A-Z]{3}", value) else "must be an ISO 4217 code"
        own = self.organisation[field.name]
        return f"must be {own}" if rule == "own" and value != own else None

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return problems_message(problems, self.behaviour.wording)

    # Storage and duplicates.

    def microseconds(self, order: Mapping[str, Any]) -> int:
        instant = read_instant(order[self.instant_field])
        return instant.microseconds if instant else 0

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference = order[self.reference_field].encode("utf-8", "backslashreplace").decode()
        if self.behaviour.reference_compared == "in any case":
            reference = reference.casefold()
        if self.behaviour.duplicates_by_text:
            reference += f"\n{order[self.instant_field]}"
        return reference, self.microseconds(order)

    def is_duplicate(self, order: Mapping[str, Any], request: ServerRequest) -> bool:
        """Return whether there is an order with the key of this one, or within the window."""
        reference, instant = self.key(order, request)
        return any(self.are_near(instant, other) for other in self.orders.instants(reference))

    def are_near(self, one: int, other: int) -> bool:
        """Return whether two instants, in microseconds since 1970, are the same or within the window."""
        cut = self.behaviour.window_cut_to * _SECOND
        return abs(one - other) <= self.behaviour.window * _SECOND or bool(cut and one // cut == other // cut)

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        reference, instant = self.key(order, request)
        content = write_json(record).encode("utf-8", "backslashreplace")
        with self._storing:
            return not self.is_duplicate(order, request) and self.orders.add(
                record[self.ref_field], reference, instant, content
            )

    # Responses.

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created({**self.defaults(), **self.stored(order)}, request)
        for field in self.contract.responses[self.statuses["created"]].fields:
            if field.echo == "instant-or-now" and self.has_own_time(field.name):
                record[field.name] = self.now()
            if field.type == "object" and self.behaviour.lists_filled and field.name in record:
                lists = {name: [{"href": "https://example.com/guests/1"}] for name in record[field.name]}
                record[field.name] = {**lists, "total": 1}
        return {**self.additions(request), **record}

    def stored(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Return an order with the values that are stored for those that were sent."""
        fields, stored = self.contract.fields, dict(order)
        for name, value in order.items():
            instant = read_instant(value) if fields[name].format == "date-time" else None
            if instant:
                stored[name] = stored_moment(value, instant, self.behaviour)
            elif fields[name].type == "number" and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
                stored[name] = stored_number(value, self.behaviour)
        return stored

    def defaults(self) -> dict[str, Any]:
        """Return the values of fields that an order does not have."""
        optional = [field for field in self.contract.fields.values() if not field.required]
        place = {"none": None, "first": 0, "last": -1}[self.behaviour.enum_default]
        found = {field.name: field.enum[place] for field in optional if field.enum and place is not None}
        if self.behaviour.organisation_default:
            found |= {field.name: self.organisation[field.name] for field in optional if field.organisation}
        return found

    def additions(self, request: ServerRequest) -> dict[str, Any]:
        """Return what a created order has besides the documented fields that it was sent with."""
        found: dict[str, Any] = {}
        if self.behaviour.absent == "null":
            found |= {field.name: None for field in self.contract.fields.values() if not field.required}
        if self.behaviour.extra_fields:
            found |= {"version": 1, "extensions": {"items": []}, "deleted": False, "guest": None}
        if self.behaviour.unknown_properties == "returned":
            with suppress(JsonError):
                sent = self.read(request.body)
                known = {*self.contract.fields, self.ref_field, self.link_field}
                found |= {name: value for name, value in sent.items() if name not in known}
        return found

    def has_own_time(self, name: str) -> bool:
        """Return whether a date-time is the server's own whatever was sent."""
        last = self.contract.extension.core.chronology[-1]
        return {"if missing": False, "always": True, "modification only": name == last}[self.behaviour.own_times]

    def now(self) -> str:
        moment = self.clock() + timedelta(seconds=self.behaviour.clock_error)
        seconds, digits = int(moment.timestamp()), self.behaviour.own_digits
        fraction = f"{moment.microsecond:06}000"[:digits]
        instant = Instant(seconds, fraction)
        return Moment.of(written(instant), instant)

    def new_ref(self, order: Mapping[str, Any]) -> str:
        number = next(self._numbers)
        digest = hashlib.sha256(f"order {number}".encode()).digest()
        return {
            "UUID": str(uuid.UUID(bytes=digest[:16])),
            "number": str(number),
            "opaque": base64.urlsafe_b64encode(digest * 2).decode().rstrip("="),
            "prefixed": f"ORD.{uuid.UUID(bytes=digest[:16])}".upper(),
            "hexadecimal": digest[:12].hex(),
            "short": base64.b32encode(digest[:6]).decode().rstrip("="),
        }[self.behaviour.identifier]

    def link(self, ref: str, request: ServerRequest) -> str:
        if self.behaviour.host == "of the request":
            return super().link(ref, request)
        return f"{_HOSTS[self.behaviour.host]}{self.contract.path}/{ref}"

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        chosen = self.behaviour
        if isinstance(rejection, _TooLarge) and chosen.large_body_status != self.statuses["rejected"]:
            return ServerResponse(chosen.large_body_status, (("Content-Type", "text/plain"),), b"too large")
        if rejection.outcome == "media_type" and chosen.media_type_rejection == "400":
            rejection = Rejection("rejected", rejection.message)
        if rejection.outcome == "media_type" and chosen.media_type_rejection.endswith("without body"):
            return ServerResponse(self.statuses["media_type"], (("Accept", "application/json"),))
        return super().reject(rejection, request)

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        body = super().rejection_body(rejection)
        names = [name for name in self.message_fields if name in body]
        texts = placed([body[name] for name in names], rejection.outcome, self.behaviour)
        details = {"timestamp": self.now(), "path": self.contract.path, "errors": [{"n": 1}]}
        return {**(details if self.behaviour.error_details else {}), **body, **dict(zip(names, texts, strict=True))}

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().respond(outcome, body, request)
        link = body.get(self.link_field) if outcome == "created" and self.behaviour.location else None
        return replace(response, headers=(*response.headers, ("Location", link))) if isinstance(link, str) else response

    def headers(self, outcome: Result) -> Headers:
        return headers_of(super().headers(outcome), self.behaviour, self.clock())

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        numbers = {field.name for field in self.contract.fields.values() if field.type == "number"}
        return encoded(body, numbers, self.behaviour)
