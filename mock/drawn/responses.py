"""Responses by the choices of a server: where messages stand, which headers are sent, how the body is written."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.values import Moment, written_moment, written_number
from orders_conformance.mock.drawn.wording import general_message
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.rejection import Result

_HALF_A_PAIR = "[\ud800-\udfff]"


def placed(texts: Sequence[str], outcome: Result, behaviour: Behaviour) -> list[str]:
    """Return the texts of the message fields: each as it is, or a general sentence in its place."""
    general = general_message(outcome, "The request was not accepted.", behaviour.wording)
    # The last text is the one with details.
    others = [general] * (len(texts) - 1)
    return {
        "both": [*texts],
        "first": [texts[-1], *others],
        "last": [*others, texts[-1]],
        "none": [general, *others],
    }[behaviour.message_place]


def headers_of(headers: Headers, behaviour: Behaviour, now: datetime) -> Headers:
    """Return the headers of a response, written by the choices."""
    own = {"Content-Type": behaviour.content_type, "WWW-Authenticate": behaviour.challenge}
    found = [(name, own.get(name, value)) for name, value in headers if own.get(name, value)]
    if behaviour.extra_headers:
        found += [
            ("Date", format_datetime(now, usegmt=True)),
            ("Server", "nginx/1.25.3"),
            ("Vary", "Accept-Encoding"),
            ("X-Request-Id", "7f3c2a10"),
            ("Cache-Control", "no-store"),
            ("Strict-Transport-Security", "max-age=31536000"),
            ("RateLimit-Remaining", "99"),
        ]
    match behaviour.header_case:
        case "lower":
            return tuple((name.lower(), value) for name, value in found)
        case "upper":
            return tuple((name.upper(), value) for name, value in found)
        case _:
            return tuple(found)


def encoded(body: Mapping[str, Any], numbers: Collection[str], behaviour: Behaviour) -> bytes:
    """Return a body as bytes; `numbers` are the fields whose values are numbers of an order."""
    members = {name: _written(value, name in numbers, behaviour) for name, value in body.items()}
    style = behaviour.json_style
    if style == "reversed":
        members = dict(reversed(members.items()))
    if style == "pretty":
        lines = (f"  {write_json(name)} : {write_json(value)}" for name, value in members.items())
        text = "{\r\n" + ",\r\n".join(lines) + "\r\n}\r\n"
    else:
        text = write_json(members) + ("\n" if style == "with a final line break" else "")
    escaped = "[^\x00-\x7f]" if style == "escaped" else _HALF_A_PAIR
    text = re.sub(escaped, lambda found: json.dumps(found[0])[1:-1], text)
    return (text.replace("/", "\\/") if style == "escaped" else text).encode()


def _written(value: Any, is_number: bool, behaviour: Behaviour) -> Any:  # noqa: FBT001 - the kind of the value
    if isinstance(value, Moment):
        return written_moment(value, behaviour)
    if is_number and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return written_number(value, behaviour)
    return value
