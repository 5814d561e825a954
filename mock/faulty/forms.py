"""Faults in the status and the form of the answer to a created order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import of_row
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _Status(Service):
    """Answers another status to a created order."""

    status: ClassVar[int]

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().respond(outcome, body, request)
        return replace(response, status=self.status) if outcome == "created" else response


for _number in (200, 202, 203, 206):
    _lie = f"Answers {_number} to a created order."
    of_row(SERVERS, _Status, f"created with {_number}", _lie, ("create/201/http-status",), status=_number)


@SERVERS.add
class CreatedWithoutBody(Service):
    """Answers 204 to a created order."""

    breaks = ("create/201/http-status",)

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        return ServerResponse(204) if outcome == "created" else super().respond(outcome, body, request)


@SERVERS.add
class AllRefused(Service):
    """Refuses every order."""

    breaks = ("create/201/http-status",)

    def value_problem(self, field: Any, value: Any) -> str | None:
        return "is not allowed"


class _Encodes(Service):
    """Writes the created order as something else than a JSON object."""

    written: ClassVar[Callable[[bytes], bytes]]

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        encoded = super().encode(outcome, body)
        return type(self).written(encoded) if outcome == "created" else encoded


def _in_latin(body: bytes) -> bytes:
    return b"".join(c.encode("latin-1" if ord(c) < 2**8 else "utf-8") for c in body.decode())


_ENCODED: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "CutsOffBody": (lambda body: body[:-1], "Leaves out the last brace."),
    "EmptyBody": (lambda _body: b"", "Answers an empty body."),
    "BodyInArray": (lambda body: b"[" + body + b"]", "Answers an array of one order."),
    "EncodesTwice": (lambda body: json.dumps(body.decode()).encode(), "Answers JSON as a text in JSON."),
    "SingleQuotes": (lambda body: body.replace(b'"', b"'"), "Answers with apostrophes for quotes."),
    "TrailingComma": (lambda body: body[:-1] + b",}", "Answers with a comma before the last brace."),
    "GuardedBody": (lambda body: b")]}',\n" + body, "Puts a guard before the body."),
    "CallbackBody": (lambda body: b"callback(" + body + b");", "Answers a script."),
    "BodyTwice": (lambda body: body + body, "Answers the order twice."),
    "JustOk": (lambda _body: b"OK", "Answers OK."),
    "XmlBody": (lambda _body: b"<order/>", "Answers XML."),
    "BomBeforeBody": (lambda body: b"\xef\xbb\xbf" + body, "Puts a byte order mark before the body."),
    "SixteenBitBody": (lambda body: body.decode().encode("utf-16"), "Answers in UTF-16."),
    "NanInBody": (lambda body: body[:-1] + b',"total":NaN}', "Answers NaN for a number that it does not know."),
    "LatinBody": (_in_latin, "Answers in Latin-1 what Latin-1 has."),
}
for _name, (_written, _lie) in _ENCODED.items():
    of_row(SERVERS, _Encodes, _name, _lie, ("create/201/json",), written=staticmethod(_written))


class _Typed(Service):
    """Says that the created order is something else than JSON."""

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
    _lie = f"Says that the created order is {_type}." if _type else "Does not say what the body of a created order is."
    of_row(SERVERS, _Typed, _name, _lie, ("create/201/media-type",), content_type=_type)
