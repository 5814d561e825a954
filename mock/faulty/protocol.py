"""Faults in HTTP and JSON: media types, malformed bodies, incomplete and missing responses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, add_server, plain_value
from orders_conformance.mock.json_text import JsonError, read_json
from orders_conformance.mock.messages import Headers, WireBehaviour
from orders_conformance.mock.service import Rejection, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_JSON: Headers = (("Content-Type", "application/json"),)


class _AcceptsType(Service):
    """Accepts a body with another media type than JSON."""

    media_type: ClassVar[str]

    def accepts_media_type(self, request: ServerRequest) -> bool:
        return super().accepts_media_type(request) or (request.header("Content-Type") or "").startswith(self.media_type)


for _media_type in CONTRACT.extension.media_types.rejected:
    _essence = _media_type.partition(";")[0]
    _doc = f"Accepts a body with media type {_essence}."
    add_server(
        SERVERS, _AcceptsType, f"takes {_essence}", _doc, ("create/request/media-type/other",), media_type=_essence
    )


@SERVERS.add
class TakesAnyMediaType(Service):
    """Accepts every media type."""

    breaks = ("create/request/media-type/other",)

    def accepts_media_type(self, request: ServerRequest) -> bool:
        return True


class _AcceptsSomeTypes(Service):
    """Rejects some valid forms of the media type of JSON."""

    pattern: ClassVar[str]

    def accepts_media_type(self, request: ServerRequest) -> bool:
        return bool(re.fullmatch(self.pattern, request.header("Content-Type") or ""))


for _name, _pattern, _doc in (
    ("RefusesParameters", "(?i:application/json)", "Rejects the media type with a charset parameter."),
    ("RefusesCapitals", "application/json(;.*)?", "Rejects the media type in upper case."),
    ("RefusesCapitalCharset", "(?i:application/json)(; charset=utf-8)?", "Rejects the charset in upper case."),
):
    add_server(SERVERS, _AcceptsSomeTypes, _name, _doc, ("create/request/media-type/parameter",), pattern=_pattern)


@SERVERS.add
class TakesBeginningOfMediaType(Service):
    """Accepts every media type that begins with application/json."""

    breaks = ("create/request/media-type/other",)

    def accepts_media_type(self, request: ServerRequest) -> bool:
        return (request.header("Content-Type") or "").lower().startswith("application/json")


class _MediaTypeStatus(Service):
    """Responds with another status to a media type that is not JSON."""

    status: ClassVar[int]

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        return replace(response, status=self.status) if rejection.outcome == "media_type" else response


_OTHER = ("create/request/media-type/other",)
for _status, _broken in ((403, _OTHER), (406, _OTHER), (500, ("create/any/no-5xx",))):
    _doc = f"Responds with {_status} to a media type that is not JSON."
    add_server(SERVERS, _MediaTypeStatus, f"media type refused with {_status}", _doc, _broken, status=_status)


class _CorrectsBody(Service):
    """Accepts a malformed body by correcting it."""

    correct: ClassVar[Callable[[bytes], Any]]

    def read(self, content: bytes) -> Any:
        try:
            value = super().read(content)
        except JsonError:
            value = None
        if isinstance(value, dict):
            return value
        corrected = type(self).correct(content)
        return super().read(content) if corrected is None else corrected


def _parse_object(content: bytes) -> Any:
    """Return the JSON object of a body; None where it is not one."""
    try:
        value = read_json(content)
    except JsonError:
        return None
    return value if isinstance(value, dict) else None


def _first_document(content: bytes) -> Any:
    try:
        value, end = json.JSONDecoder(parse_constant=lambda _name: None).raw_decode(content.decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and end < len(content.decode()) else None


def _with_closing_brace(content: bytes) -> Any:
    return next(
        (found for end in (b"}", b'"}', b'":0}', b"0}") if (found := _parse_object(content + end)) is not None), None
    )


def _from_array_or_string(content: bytes) -> Any:
    try:
        value = read_json(content)
    except JsonError:
        return None
    if isinstance(value, str):
        return _parse_object(value.encode())
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def _from_latin_1(content: bytes) -> Any:
    try:
        content.decode()
    except UnicodeDecodeError:
        return _parse_object(content.decode("latin-1").encode())
    return None


def _without_comments(content: bytes) -> Any:
    return _parse_object(re.sub(rb"/\*.*?\*/", b"", content)) if b"/*" in content else None


def _with_double_quotes(content: bytes) -> Any:
    return _parse_object(content.replace(b"'", b'"')) if b"'" in content else None


def _with_quoted_names(content: bytes) -> Any:
    return _parse_object(re.sub(rb"(?<=[{,])\s*([A-Za-z]+)\s*:", rb'"\1":', content))


def _without_trailing_comma(content: bytes) -> Any:
    return _parse_object(re.sub(rb",\s*}$", b"}", content)) if content.endswith(b"}") else None


_CORRECTIONS: Mapping[str, tuple[Callable[[bytes], Any], str, str]] = {
    "ReadsFirstDocument": (_first_document, "Ignores content after the first JSON document.", "trailing-text"),
    "ClosesBraces": (_with_closing_brace, "Accepts a truncated body by closing it.", "truncated"),
    "OpensNested": (_from_array_or_string, "Accepts an order inside an array or a JSON string.", "not-an-object"),
    "ReadsLatin": (_from_latin_1, "Accepts a body in Latin-1.", "not-utf-8"),
    "ReadsReplaced": (
        lambda content: _parse_object(content.decode(errors="replace").encode()),
        "Accepts a body that is not UTF-8 by replacing the wrong bytes.",
        "not-utf-8",
    ),
    "TakesComments": (_without_comments, "Accepts comments in JSON.", "malformed"),
    "TakesApostrophes": (_with_double_quotes, "Accepts single quotes in JSON.", "malformed"),
    "TakesBareNames": (_with_quoted_names, "Accepts JSON names without quotes.", "malformed"),
    "TakesLastComma": (_without_trailing_comma, "Accepts a trailing comma in JSON.", "malformed"),
}
for _name, (_correct, _doc, _kind) in _CORRECTIONS.items():
    add_server(SERVERS, _CorrectsBody, _name, _doc, (f"create/request/body/{_kind}",), correct=staticmethod(_correct))


def _kind_of(content: bytes) -> str | None:
    """Return the kind of a malformed body; None if it is a JSON object."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "not-utf-8"
    if not text.strip():
        return "empty"
    if re.search(r":\s*-?(NaN|Infinity)", text):
        return "not-a-number"
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return "trailing-text"
        return "truncated" if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated") else "malformed"
    except RecursionError:
        return "deep"
    return None if isinstance(value, dict) else "not-an-object"


class _InventsOrder(Service):
    """Creates a default order for a malformed body of one kind."""

    kind: ClassVar[str]

    def read(self, content: bytes) -> Any:
        if _kind_of(content) == self.kind:
            return {field.name: plain_value(self, field) for field in self.contract.fields.values() if field.required}
        return super().read(content)


class _FailsOn(Service):
    """Responds to a malformed body of one kind with a fixed response instead of 400."""

    kind: ClassVar[str]
    response: ClassVar[ServerResponse]

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        if _kind_of(request.body) == self.kind:
            raise _BodyError
        return super().decode(request)

    def handle(self, request: ServerRequest) -> ServerResponse:
        try:
            return super().handle(request)
        except _BodyError:
            return self.response


class _BodyError(Exception):
    pass


_FAILED = ServerResponse(500, _JSON, b'{"code":500}')
_HANGING = ServerResponse(200, wire=WireBehaviour(hang=True))
_DROPPED = ServerResponse(200, wire=WireBehaviour(drop="after"))
for _kind in CONTRACT.extension.bodies:
    add_server(
        SERVERS,
        _InventsOrder,
        f"makes up {_kind}",
        f"Creates a default order for a body of the kind {_kind}.",
        (f"create/request/body/{_kind}",),
        kind=_kind,
    )
    add_server(
        SERVERS,
        _FailsOn,
        f"stumbles over body {_kind}",
        f"Responds with 500 to a body of the kind {_kind}.",
        ("create/any/no-5xx",),
        kind=_kind,
        response=_FAILED,
    )
for _kind in ("malformed", "truncated", "empty", "not-utf-8"):
    _doc = f"Never responds to a body of the kind {_kind}."
    add_server(
        SERVERS,
        _FailsOn,
        f"hangs on {_kind}",
        _doc,
        ("create/any/answered",),
        kind=_kind,
        response=_HANGING,
        wire=True,
    )
    _doc = f"Drops the connection for a body of the kind {_kind}."
    add_server(
        SERVERS, _FailsOn, f"drops {_kind}", _doc, ("create/any/answered",), kind=_kind, response=_DROPPED, wire=True
    )


@SERVERS.add
class StumblesOverDepth(Service):
    """Responds with 500 to a body that is nested more than 100 times."""

    breaks = ("create/any/no-5xx",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        return _FAILED if request.body.count(b"[") > 100 else super().handle(request)


@SERVERS.add
class StumblesOverRepeatedNames(Service):
    """Responds with 500 to a JSON object in which a name occurs several times."""

    breaks = ("create/any/no-5xx",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        named = any(request.body.count(f'"{name}":'.encode()) > 1 for name in self.contract.fields)
        return _FAILED if named else super().handle(request)


class _OnTheWire(Service):
    """Sends the responses with some outcomes in another way, or not at all."""

    wire = True
    statuses_of: ClassVar[tuple[str, ...]]
    behaviour: ClassVar[WireBehaviour]

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        chosen = response.status in {self.statuses[outcome] for outcome in self.statuses_of}
        return replace(response, wire=self.behaviour) if chosen else response


for _name, _outcomes, _behaviour, _doc in (
    (
        "PromisesMore",
        ("created",),
        WireBehaviour(missing=40),
        "Sends a body of the created order that is shorter than its Content-Length.",
    ),
    (
        "PromisesMoreOfRefusal",
        ("rejected",),
        WireBehaviour(missing=40),
        "Sends a body of a 400 response that is shorter than its Content-Length.",
    ),
    (
        "DropsRefused",
        ("rejected",),
        WireBehaviour(drop="after"),
        "Drops the connection instead of responding with 400.",
    ),
    (
        "DropsStrangers",
        ("unauthorized",),
        WireBehaviour(drop="before"),
        "Drops the connection instead of responding with 401.",
    ),
    (
        "DropsRepeats",
        ("conflict",),
        WireBehaviour(drop="after"),
        "Drops the connection instead of responding with 409.",
    ),
    (
        "HangsOnStrangers",
        ("unauthorized",),
        WireBehaviour(hang=True),
        "Never responds to a request with wrong credentials.",
    ),
    ("HangsOnRepeats", ("conflict",), WireBehaviour(hang=True), "Never responds to a duplicate."),
    (
        "HangsOnOtherTypes",
        ("media_type",),
        WireBehaviour(hang=True),
        "Never responds to a media type that is not JSON.",
    ),
):
    add_server(SERVERS, _OnTheWire, _name, _doc, ("create/any/answered",), statuses_of=_outcomes, behaviour=_behaviour)


@SERVERS.add
class FailsOnSecondOfConnection(Service):
    """Responds with 500 to the second order of each connection."""

    breaks = ("create/any/no-5xx",)

    def set_up(self) -> None:
        self.orders_of: dict[str, int] = {}

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().create(order, request)
        self.orders_of[request.connection] = self.orders_of.get(request.connection, 0) + 1
        return _FAILED if self.orders_of[request.connection] == 2 else response


@SERVERS.add
class AnswersPreviousRequest(Service):
    """Responds to each order with the body of the previous one on the same connection."""

    breaks = ("create/any/own-response",)

    def set_up(self) -> None:
        self.previous: dict[str, dict[str, Any]] = {}

    def respond(self, outcome: Any, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created":
            returned = self.previous.get(request.connection, body)
            self.previous[request.connection] = body
            body = returned
        return super().respond(outcome, body, request)
