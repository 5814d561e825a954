"""Faults in how requests are read: media types, broken bodies, and what happens on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, of_row, plain_value
from orders_conformance.mock.json_text import JsonError, read_json
from orders_conformance.mock.messages import Headers, WireBehaviour
from orders_conformance.mock.service import Rejection, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_JSON: Headers = (("Content-Type", "application/json"),)


class _TakesType(Service):
    """Takes a body that is said to be something else than JSON."""

    media_type: ClassVar[str]

    def takes_media_type(self, request: ServerRequest) -> bool:
        return super().takes_media_type(request) or (request.header("Content-Type") or "").startswith(self.media_type)


for _media_type in CONTRACT.extension.media_types.rejected:
    _essence = _media_type.partition(";")[0]
    _lie = f"Takes a body that is said to be {_essence}."
    of_row(SERVERS, _TakesType, f"takes {_essence}", _lie, ("create/request/media-type/other",), media_type=_essence)


@SERVERS.add
class TakesAnyMediaType(Service):
    """Does not look at the media type."""

    breaks = ("create/request/media-type/other",)

    def takes_media_type(self, request: ServerRequest) -> bool:
        return True


class _TakesSomeTypes(Service):
    """Does not know all ways to write the media type."""

    pattern: ClassVar[str]

    def takes_media_type(self, request: ServerRequest) -> bool:
        return bool(re.fullmatch(self.pattern, request.header("Content-Type") or ""))


for _name, _pattern, _lie in (
    ("RefusesParameters", "(?i:application/json)", "Refuses the media type with a parameter."),
    ("RefusesCapitals", "application/json(;.*)?", "Refuses the media type in capitals."),
    ("RefusesCapitalCharset", "(?i:application/json)(; charset=utf-8)?", "Refuses the charset in capitals."),
):
    of_row(SERVERS, _TakesSomeTypes, _name, _lie, ("create/request/media-type/parameter",), pattern=_pattern)


@SERVERS.add
class TakesBeginningOfMediaType(Service):
    """Takes every media type that begins like that of JSON."""

    breaks = ("create/request/media-type/other",)

    def takes_media_type(self, request: ServerRequest) -> bool:
        return (request.header("Content-Type") or "").lower().startswith("application/json")


class _AnswersType(Service):
    """Answers another status to a body that is not said to be JSON."""

    status: ClassVar[int]

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().refuse(refusal, request)
        return replace(response, status=self.status) if refusal.outcome == "media_type" else response


_OTHER = ("create/request/media-type/other",)
for _status, _broken in ((403, _OTHER), (406, _OTHER), (500, ("create/any/no-5xx",))):
    _lie = f"Answers {_status} to a body that is not said to be JSON."
    of_row(SERVERS, _AnswersType, f"media type refused with {_status}", _lie, _broken, status=_status)


class _Mends(Service):
    """Makes an order of a broken body."""

    mend: ClassVar[Callable[[bytes], Any]]

    def read(self, content: bytes) -> Any:
        try:
            value = super().read(content)
        except JsonError:
            value = None
        if isinstance(value, dict):
            return value
        mended = type(self).mend(content)
        return super().read(content) if mended is None else mended


def _object(content: bytes) -> Any:
    """Read a JSON object; None where there is none."""
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


def _closed(content: bytes) -> Any:
    return next((found for end in (b"}", b'"}', b'":0}', b"0}") if (found := _object(content + end)) is not None), None)


def _nested(content: bytes) -> Any:
    try:
        value = read_json(content)
    except JsonError:
        return None
    if isinstance(value, str):
        return _object(value.encode())
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def _legacy(content: bytes) -> Any:
    try:
        content.decode()
    except UnicodeDecodeError:
        return _object(content.decode("latin-1").encode())
    return None


def _commented(content: bytes) -> Any:
    return _object(re.sub(rb"/\*.*?\*/", b"", content)) if b"/*" in content else None


def _quoted(content: bytes) -> Any:
    return _object(content.replace(b"'", b'"')) if b"'" in content else None


def _named(content: bytes) -> Any:
    return _object(re.sub(rb"(?<=[{,])\s*([A-Za-z]+)\s*:", rb'"\1":', content))


def _ended(content: bytes) -> Any:
    return _object(re.sub(rb",\s*}$", b"}", content)) if content.endswith(b"}") else None


_MENDED: Mapping[str, tuple[Callable[[bytes], Any], str, str]] = {
    "ReadsFirstDocument": (_first_document, "Does not look at what follows the first JSON document.", "trailing-text"),
    "ClosesBraces": (_closed, "Closes a body that ends too early.", "truncated"),
    "OpensNested": (_nested, "Takes an order in an array or in a text.", "not-an-object"),
    "ReadsLatin": (_legacy, "Reads a body as Latin-1 that is not UTF-8.", "not-utf-8"),
    "ReadsReplaced": (
        lambda content: _object(content.decode(errors="replace").encode()),
        "Replaces what is not UTF-8.",
        "not-utf-8",
    ),
    "TakesComments": (_commented, "Takes comments.", "malformed"),
    "TakesApostrophes": (_quoted, "Takes apostrophes for quotes.", "malformed"),
    "TakesBareNames": (_named, "Takes names without quotes.", "malformed"),
    "TakesLastComma": (_ended, "Takes a comma before the last brace.", "malformed"),
}
for _name, (_mend, _lie, _kind) in _MENDED.items():
    of_row(SERVERS, _Mends, _name, _lie, (f"create/request/body/{_kind}",), mend=staticmethod(_mend))


def _kind_of(content: bytes) -> str | None:
    """Tell in which way a body is broken; None if it is an object, or else."""
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


class _MakesUp(Service):
    """Makes up an order where the body is broken."""

    kind: ClassVar[str]

    def read(self, content: bytes) -> Any:
        if _kind_of(content) == self.kind:
            return {field.name: plain_value(self, field) for field in self.contract.fields.values() if field.required}
        return super().read(content)


class _Stumbles(Service):
    """Does something else than to answer 400 where the body is broken."""

    kind: ClassVar[str]
    response: ClassVar[ServerResponse]

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        if _kind_of(request.body) == self.kind:
            raise _StumbledError
        return super().decode(request)

    def handle(self, request: ServerRequest) -> ServerResponse:
        try:
            return super().handle(request)
        except _StumbledError:
            return self.response


class _StumbledError(Exception):
    pass


_FAILED = ServerResponse(500, _JSON, b'{"code":500}')
_HANGING = ServerResponse(200, wire=WireBehaviour(hang=True))
_DROPPED = ServerResponse(200, wire=WireBehaviour(drop="after"))
for _kind in CONTRACT.extension.bodies:
    of_row(
        SERVERS,
        _MakesUp,
        f"makes up {_kind}",
        f"Makes up an order for a body of the kind {_kind}.",
        (f"create/request/body/{_kind}",),
        kind=_kind,
    )
    of_row(
        SERVERS,
        _Stumbles,
        f"stumbles over body {_kind}",
        f"Fails on a body of the kind {_kind}.",
        ("create/any/no-5xx",),
        kind=_kind,
        response=_FAILED,
    )
for _kind in ("malformed", "truncated", "empty", "not-utf-8"):
    _lie = f"Never answers a body of the kind {_kind}."
    of_row(
        SERVERS,
        _Stumbles,
        f"hangs on {_kind}",
        _lie,
        ("create/any/answered",),
        kind=_kind,
        response=_HANGING,
        wire=True,
    )
    _lie = f"Drops the connection for a body of the kind {_kind}."
    of_row(
        SERVERS, _Stumbles, f"drops {_kind}", _lie, ("create/any/answered",), kind=_kind, response=_DROPPED, wire=True
    )


@SERVERS.add
class StumblesOverDepth(Service):
    """Fails on a body that is nested a hundred times."""

    breaks = ("create/any/no-5xx",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        return _FAILED if request.body.count(b"[") > 100 else super().handle(request)


@SERVERS.add
class StumblesOverRepeatedNames(Service):
    """Fails on an object in which a name occurs several times; adds it for the first one."""

    breaks = ("create/any/no-5xx",)

    def handle(self, request: ServerRequest) -> ServerResponse:
        named = any(request.body.count(f'"{name}":'.encode()) > 1 for name in self.contract.fields)
        return _FAILED if named else super().handle(request)


class _OnTheWire(Service):
    """Does something to some replies on the wire."""

    wire = True
    statuses_of: ClassVar[tuple[str, ...]]
    behaviour: ClassVar[WireBehaviour]

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        chosen = response.status in {self.statuses[outcome] for outcome in self.statuses_of}
        return replace(response, wire=self.behaviour) if chosen else response


for _name, _outcomes, _behaviour, _lie in (
    (
        "PromisesMore",
        ("created",),
        WireBehaviour(missing=40),
        "Promises a longer body of the created order than it sends.",
    ),
    (
        "PromisesMoreOfRefusal",
        ("rejected",),
        WireBehaviour(missing=40),
        "Promises a longer body of a refusal than it sends.",
    ),
    ("DropsRefused", ("rejected",), WireBehaviour(drop="after"), "Drops the connection where it should refuse."),
    ("DropsStrangers", ("unauthorized",), WireBehaviour(drop="before"), "Drops the connection of strangers."),
    ("DropsRepeats", ("conflict",), WireBehaviour(drop="after"), "Drops the connection of a repeat."),
    ("HangsOnStrangers", ("unauthorized",), WireBehaviour(hang=True), "Never answers strangers."),
    ("HangsOnRepeats", ("conflict",), WireBehaviour(hang=True), "Never answers a repeat."),
    (
        "HangsOnOtherTypes",
        ("media_type",),
        WireBehaviour(hang=True),
        "Never answers a body that is not said to be JSON.",
    ),
):
    of_row(SERVERS, _OnTheWire, _name, _lie, ("create/any/answered",), statuses_of=_outcomes, behaviour=_behaviour)


@SERVERS.add
class FailsOnSecondOfConnection(Service):
    """Fails on the second order of each connection."""

    breaks = ("create/any/no-5xx", "create/201/http-status")

    def begin(self) -> None:
        self.orders_of: dict[str, int] = {}

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().create(order, request)
        self.orders_of[request.connection] = self.orders_of.get(request.connection, 0) + 1
        return _FAILED if self.orders_of[request.connection] == 2 else response


@SERVERS.add
class AnswersPreviousRequest(Service):
    """Answers each created order with the body of the one before on the same connection."""

    breaks = ("create/201/*",)

    def begin(self) -> None:
        self.previous: dict[str, dict[str, Any]] = {}

    def respond(self, outcome: Any, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if outcome == "created":
            answered = self.previous.get(request.connection, body)
            self.previous[request.connection] = body
            body = answered
        return super().respond(outcome, body, request)
