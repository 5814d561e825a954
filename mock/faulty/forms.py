"""Faults in the status, the media type and the encoding of the response to a created order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _Status(Service):
    """Responds with another status to a created order."""

    status: ClassVar[int]

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().respond(outcome, body, request)
        return replace(response, status=self.status) if outcome == "created" else response


for _number in (200, 202, 203, 206):
    _doc = f"Responds with {_number} to a created order."
    add_server(SERVERS, _Status, f"created with {_number}", _doc, ("create/201/http-status",), status=_number)


@SERVERS.add
class CreatedWithoutBody(Service):
    """Responds with 204 to a created order."""

    breaks = ("create/201/http-status",)

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        return ServerResponse(204) if outcome == "created" else super().respond(outcome, body, request)


@SERVERS.add
class AllRefused(Service):
    """Rejects every order."""

    breaks = ("create/201/http-status",)

    def value_problem(self, field: Any, value: Any) -> str | None:
        return "is not allowed"


class _Encodes(Service):
    """Writes the created order as something other than a JSON object."""

    written: ClassVar[Callable[[bytes], bytes]]

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        encoded = super().encode(outcome, body)
        return type(self).written(encoded) if outcome == "created" else encoded


def _encode_latin_1(body: bytes) -> bytes:
    return b"".join(c.encode("latin-1" if ord(c) < 2**8 else "utf-8") for c in body.decode())


_ENCODED: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "CutsOffBody": (lambda body: body[:-1], "Omits the last brace of the body."),
    "EmptyBody": (lambda _body: b"", "Responds with an empty body to a created order."),
    "BodyInArray": (lambda body: b"[" + body + b"]", "Returns the created order in an array."),
    "EncodesTwice": (
        lambda body: json.dumps(body.decode()).encode(),
        "Returns the created order as a JSON string that contains JSON.",
    ),
    "SingleQuotes": (lambda body: body.replace(b'"', b"'"), "Returns JSON with single quotes."),
    "TrailingComma": (lambda body: body[:-1] + b",}", "Returns JSON with a trailing comma."),
    "GuardedBody": (lambda body: b")]}',\n" + body, "Returns JSON after the prefix )]}', against script inclusion."),
    "CallbackBody": (lambda body: b"callback(" + body + b");", "Returns JSONP: a script that calls a function."),
    "BodyTwice": (lambda body: body + body, "Returns the created order twice."),
    "JustOk": (lambda _body: b"OK", "Responds with the body OK."),
    "XmlBody": (lambda _body: b"<order/>", "Responds with an XML body."),
    "BomBeforeBody": (lambda body: b"\xef\xbb\xbf" + body, "Returns JSON after a byte order mark."),
    "SixteenBitBody": (lambda body: body.decode().encode("utf-16"), "Returns JSON in UTF-16."),
    "NanInBody": (lambda body: body[:-1] + b',"total":NaN}', "Returns the literal NaN, which is not JSON."),
    "LatinBody": (_encode_latin_1, "Returns JSON in Latin-1."),
}
for _name, (_written, _doc) in _ENCODED.items():
    add_server(SERVERS, _Encodes, _name, _doc, ("create/201/json",), written=staticmethod(_written))


class _Typed(Service):
    """Returns the created order with another media type."""

    content_type: ClassVar[str | None]

    def headers(self, outcome: Result) -> Headers:
        headers = super().headers(outcome)
        if outcome != "created":
            return headers
        return (("Content-Type", self.content_type),) if self.content_type else ()


for _name, _type in {
    "CreatedAsText": "text/plain",
    "CreatedAsHtml": "text/html; charset=utf-8",
    "CreatedAsTextJson": "text/json",
    "CreatedAsVendorJson": "application/vnd.order+json",
    "CreatedUntyped": None,
}.items():
    _doc = (
        f"Responds to a created order with media type {_type}."
        if _type
        else "Responds to a created order without Content-Type."
    )
    add_server(SERVERS, _Typed, _name, _doc, ("create/201/media-type",), content_type=_type)
