"""Records of created orders and bodies of responses by the choices of a server."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.instants import Instant, read_instant, written
from orders_conformance.mock.drawn.responses import encoded, headers_of, placed
from orders_conformance.mock.drawn.values import Moment, stored_moment, stored_number
from orders_conformance.mock.json_text import JsonError
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.rejection import Rejection, Result
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.spec.contract import Contract

_HOSTS = {"public": "https://orders.example.com", "port and path": "https://example.com:8443/cdp", "relative": ""}


class Recording(Service):
    """A server that makes records and responses by its choices.

    Attributes:
        behaviour: the choices.

    """

    behaviour: ClassVar[Behaviour]

    def __init__(self, contract: Contract, **settings: Any) -> None:
        """Open the service; settings as for `Service`."""
        self._numbers = count(100_001)
        super().__init__(contract, **settings)

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
        return f"{_HOSTS.get(self.behaviour.host, self.behaviour.host)}{self.contract.path}/{ref}"

    def rejection_body(self, rejection: Rejection) -> dict[str, Any]:
        body = super().rejection_body(rejection)
        if self.behaviour.codes_with_point:
            body = {name: Decimal(f"{value}.0") if isinstance(value, int) else value for name, value in body.items()}
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
