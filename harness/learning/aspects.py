"""What can be seen of the choices of a server in one response, in comparable parts."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders_conformance.mock.instants import read_instant
from orders_conformance.mock.messages import Headers
from orders_conformance.spec.contract import Contract

# A date-time of a response that is so near to the time of the request is the server's own time.
_NEAR = 13 * 3600
# What a response with another status differs by: more than in all its parts.
OTHER_STATUS = 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KINDS = ((re.compile("[0-9]"), "0"), (re.compile("[a-z]"), "a"), (re.compile("[A-Z]"), "A"), (re.compile("-"), "-"))
_WORD = re.compile(r"\w+")
_MOST_TEXT = 100_000


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and when a request was sent.

    Attributes:
        base: the URL of the target, without the path of the endpoint.
        now: the time.

    """

    base: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Aspects:
    """The parts of a response by name; `parts` is None if only its status is known."""

    status: int
    parts: Mapping[str, Hashable] | None

    def differences(self, other: Aspects) -> int:
        """Return by how much two responses differ; 0 if they are alike."""
        if self.status != other.status:
            return OTHER_STATUS
        if self.parts is None or other.parts is None:
            return 0
        names = {*self.parts, *other.parts}
        return sum(self.parts.get(name, _MISSING) != other.parts.get(name, _MISSING) for name in names)


_MISSING = object()


def aspects(contract: Contract, status: int, headers: Headers, body: bytes | None, sent: Circumstances) -> Aspects:
    """Return the parts of a response; a body that is None is not known."""
    value = parsed(body)
    if body is None or value is None:
        return Aspects(status, None if body is None else {"json": False})
    parts = {"json": True, **_style(body)}
    if status == contract.statuses.created or contract.extension.identity.reference in value:
        parts["location"] = any(name.lower() == "location" for name, _value in headers)
        parts |= dict(_members(contract, value, sent))
    else:
        parts["fields"] = named_fields(contract, value)
    return Aspects(status, parts)


def parsed(body: bytes | None) -> dict[str, Any] | None:
    """Return a body as a JSON object, whose numbers are texts; None if it is no such object."""
    if body is None or len(body) > _MOST_TEXT:
        return None
    try:
        value = json.loads(body, parse_float=_Number, parse_int=_Number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_number(value: object) -> bool:
    """Return whether a value of `parsed` is a number."""
    return isinstance(value, _Number)


def named_fields(contract: Contract, body: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields of an order that the messages of a body name."""
    texts = " ".join(text for name in contract.extension.message_fields if isinstance(text := body.get(name), str))
    return frozenset(contract.fields) & frozenset(_WORD.findall(texts))


def _style(body: bytes) -> dict[str, Hashable]:
    """Return how JSON is written."""
    return {
        "lines": b"\n" in body.strip(),
        "final line break": body.endswith(b"\n"),
        "escaped": b"\\u" in body.replace(b"\\u0000", b"") or b"\\/" in body,
    }


def _members(contract: Contract, body: Mapping[str, Any], sent: Circumstances) -> Iterator[tuple[str, Hashable]]:
    identity = contract.extension.identity
    documented = [field.name for field in contract.responses[contract.statuses.created].fields if len(field.path) == 1]
    order = [name for name in body if name in documented]
    yield "reversed", order[:1] == documented[-1:]
    for name, value in body.items():
        if name == identity.reference:
            yield name, _shape(value)
        elif name == identity.link:
            yield name, prefix(value, str(body.get(identity.reference)), sent.base, contract.path)
        elif (instant := read_instant(value)) is not None and isinstance(value, str):
            yield from _instant(name, value, float(instant.seconds), sent.now)
        elif isinstance(value, (dict, list)):
            yield name, _outline(value)
        else:
            yield name, (type(value).__name__, value)


def prefix(link: Any, ref: str, base: str, path: str) -> str:
    """Return what stands before the path in a link to an order: "" for the target, or a text; the link if odd."""
    text = str(link)
    before = text.removesuffix(f"{path}/{ref}")
    if before == text:
        return text.replace(ref, "")
    return "of the request" if before == base else before


def _instant(name: str, text: str, seconds: float, now: datetime) -> Iterator[tuple[str, Hashable]]:
    ahead = seconds - now.timestamp()
    own = abs(ahead) < _NEAR
    zone = text[19:].lstrip(".0123456789")
    fraction = text[19 : len(text) - len(zone)].removeprefix(".")
    yield f"{name} seconds", ("own", round(ahead / 60)) if own else int(seconds // 1)
    yield f"{name} digits", len(fraction)
    yield f"{name} fraction", "" if own else fraction.rstrip("0")
    yield f"{name} zone", zone
    yield f"{name} letter", text[10:11]


def _shape(value: Any) -> Hashable:
    """Return the kind of a reference: a UUID, or its characters and about how long it is."""
    text = value if isinstance(value, str) else repr(value)
    if _UUID.fullmatch(text):
        return "UUID"
    kinds = "".join(kind for pattern, kind in _KINDS if pattern.search(text))
    return kinds, len(text) // 8


def _outline(value: Any) -> Hashable:
    """Return how an object or list is built: its members, and which lists are empty."""
    if isinstance(value, dict):
        return tuple((name, _outline(member)) for name, member in value.items())
    return len(value) if isinstance(value, list) else type(value).__name__
