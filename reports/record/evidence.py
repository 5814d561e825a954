"""Which exchanges of a record are shown as evidence for a requirement that passed, and in what form.

An exchange bears on a requirement if its response would have shown that the server breaks it.
"""

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from typing import Any

from orders_conformance.reports.record.chain import digest
from orders_conformance.reports.record.schema import Event
from orders_conformance.reports.record.types import Record

# What is kept of an exchange that is evidence: characters of a body and of a header, and lines of headers.
BODY, HEADER, HEADERS = 1_000, 200, 20
# So many earlier exchanges with the same reference are named.
EARLIER = 3
# The requirement that a request was sent for, as its User-Agent names it.
_MEANT_FOR = re.compile(r" \(([^()\s]+)\)$")
_AGENT = "user-agent"


def evidence(record: Record) -> Mapping[str, str]:
    """Return for each requirement that passed the exchange that shows it best.

    That is one that was sent for it, where there is one; of several the shortest, and of these the first.
    """
    passed = {name for name, verdict in record.verdicts.items() if verdict["verdict"] == "passed"}
    best: dict[str, tuple[bool, int]] = {}
    found: dict[str, str] = {}
    for exchange in record.exchanges.values():
        meant, size = _meant_for(exchange), _size(exchange)
        for name in passed.intersection(exchange["bears_on"]):
            rank = (name != meant, size)
            if name not in best or rank < best[name]:
                best[name], found[name] = rank, exchange["id"]
    return found


def with_same_reference(record: Record, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return for each of some exchanges the earlier ones whose requests had the same reference, in their order.

    A response to a repeat can only be judged beside the order that it repeats. Of many, the first ones and the last one
    are returned. References are found by the prefix that all references of a run have.
    """
    reference = re.compile(f'"({re.escape(record.header["reference_prefix"])}[^"\\\\]*)"')
    sent: dict[str, list[str]] = {}
    found: dict[str, tuple[str, ...]] = {}
    for name, exchange in record.exchanges.items():
        match = reference.search(exchange["request"]["body"].get("text", ""))
        if match is None:
            continue
        earlier = sent.setdefault(match[1], [])
        if name in names and earlier:
            found[name] = tuple(earlier if len(earlier) <= EARLIER else (*earlier[: EARLIER - 1], earlier[-1]))
        earlier.append(name)
    return found


def _meant_for(exchange: Event) -> str | None:
    for name, value in exchange["request"]["headers"]:
        if name.lower() == _AGENT and (found := _MEANT_FOR.search(value)):
            return found[1]
    return None


def _size(exchange: Event) -> int:
    """Return the characters of the bodies of an exchange; none has more than one of which only a part is known."""
    response = exchange["response"]
    bodies = (exchange["request"]["body"], *(() if response is None else (response["body"],)))
    return sum(body.get("length", 0) + len(body.get("text", body.get("base64", ""))) for body in bodies)


def kept_short(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """Return an exchange with only the beginning of long bodies and headers; it says how long they are."""
    response = exchange["response"]
    return {
        **exchange,
        "request": _short_message(exchange["request"]),
        "response": None if response is None else _short_message(response),
    }


def _short_message(message: Mapping[str, Any]) -> dict[str, Any]:
    headers = message["headers"]
    cut = len(headers) > HEADERS or any(len(name) > HEADER or len(value) > HEADER for name, value in headers)
    short = {**message, "body": _short_body(message["body"])}
    if cut:
        short["headers"] = [[name[:HEADER], value[:HEADER]] for name, value in headers[:HEADERS]]
        # Of a request no schema names what was cut: its headers are the suite's own, and short.
        if "status" in message and "headers_cut" not in message:
            whole = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("utf-8", "replace")
            length = sum(len(name) + len(value) for name, value in headers)
            short["headers_cut"] = {"lines": len(headers), "length": length, "digest": digest(whole)}
    return short


def _short_body(body: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = "text" if "text" in body else "base64"
    whole = body[kind]
    if len(whole) <= BODY:
        return body
    # Base64 is cut between two groups of four characters.
    content = whole.encode("utf-8", "replace") if kind == "text" else _decoded(whole)
    return {"length": len(content), "digest": digest(content), **body, kind: whole[:BODY]}


def _decoded(text: str) -> bytes:
    # A record may be edited: what is not base64 stands for itself.
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return text.encode("utf-8", "replace")
