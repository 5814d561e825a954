"""Read from an exchange of a record the request to send again. A record may have been edited, or invented."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from orders_conformance.harness.inputs.forced import is_sendable
from orders_conformance.strategies.credentials import RIGHT, VARIANTS, Credentials
from orders_conformance.strategies.probe import JSON, Forced, Probe

# The value of a header (RFC 9110, 5.5), in the letters that a connection sends.
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

Exchange = Mapping[str, Any]


def reason_unusable(exchange: Exchange) -> str | None:
    """Return why the request of an exchange cannot be sent again; None where it can."""
    request = exchange["request"]
    if request["body"].get("length") is not None:
        return "the record has only the beginning of its body"
    if request["credentials"] not in VARIANTS:
        return "the kind of its credentials is not known"
    content_type = _headers(exchange).get("content-type")
    if content_type is not None and not _HEADER_VALUE.fullmatch(content_type):
        return "its media type cannot be sent in a header"
    forced = exchange.get("forced")
    if forced is not None and not is_sendable(forced["name"], forced["value"]):
        return "the header that forces its response cannot be sent"
    try:
        _body(exchange)
    except ValueError:
        return "its body is not whole"
    return None


def has_cookie(exchange: Exchange) -> bool:
    """Return whether the request of an exchange had a cookie, which the record does not hold."""
    return "cookie" in _headers(exchange)


def probe(exchange: Exchange, credentials: Credentials, old: str, new: str) -> Probe:
    """Return the probe that sends the request of an exchange again.

    Args:
        exchange: an exchange whose request can be sent.
        credentials: the right credentials.
        old: the prefix of the references in the record.
        new: the prefix that takes its place.

    """
    content = _body(exchange)
    # Some references are another reference in lower case.
    for letter_case in (str, str.lower):
        content = content.replace(letter_case(old).encode(), letter_case(new).encode())
    headers = _headers(exchange)
    near = credentials.near_headers().get(exchange["probe"].removeprefix("credentials/"))
    return Probe(
        exchange["probe"],
        content,
        credentials=exchange["request"]["credentials"] if near is None else RIGHT,
        authorization=near,
        content_type=headers.get("content-type") if headers else JSON,
        connection=exchange["connection"],
        has_cookies=has_cookie(exchange),
        forced=Forced(**exchange["forced"]) if "forced" in exchange else None,
    )


def _headers(exchange: Exchange) -> Mapping[str, str]:
    return {name.lower(): value for name, value in exchange["request"]["headers"]}


def _body(exchange: Exchange) -> bytes:
    """Return the body of a request; raises ValueError where it cannot be read."""
    body = exchange["request"]["body"]
    return body["text"].encode() if "text" in body else base64.b64decode(body["base64"], validate=True)
