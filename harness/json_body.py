"""Bodies of requests: from bytes to an order as the contract sees it, and back to what can be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any


class BodyFault(StrEnum):
    """What keeps a body from being a JSON object; the contract lists the same kinds under `bodies`."""

    EMPTY = "empty"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    TRAILING_TEXT = "trailing-text"
    NOT_AN_OBJECT = "not-an-object"
    NOT_A_NUMBER = "not-a-number"
    NOT_UTF_8 = "not-utf-8"


def read_body(body: bytes) -> tuple[BodyFault | None, dict[str, Any] | None, bool]:
    """Read a body as RFC 8259 does.

    Returns:
        The kind of its fault, if any; the object, if it is one; and whether it is unusual JSON: a repeated name or a
        byte order mark. Nesting deeper than can be read here gives neither a fault nor an object.

    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return BodyFault.NOT_UTF_8, None, False
    unusual = text.startswith("\ufeff")
    text = text.removeprefix("\ufeff")
    if not text.strip(" \t\r\n"):
        return BodyFault.EMPTY, None, unusual

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal unusual
        result = dict(items)
        unusual = unusual or len(result) < len(items)
        return result

    try:
        document = json.loads(
            text, object_pairs_hook=pairs, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant
        )
    except _NotANumberError:
        return BodyFault.NOT_A_NUMBER, None, unusual
    except RecursionError:
        return None, None, True
    except json.JSONDecodeError as error:
        return _syntax_fault(text, error), None, unusual
    if not isinstance(document, dict):
        return BodyFault.NOT_AN_OBJECT, None, unusual
    return None, document, unusual


def faults_of(body: bytes) -> frozenset[BodyFault]:
    """Name every kind of fault of a body: one with bytes that are no UTF-8 may be no JSON for all the rest of it."""
    readable = body.decode(errors="replace").encode()
    return frozenset(fault for fault in (read_body(body)[0], read_body(readable)[0]) if fault is not None)


class _NotANumberError(Exception):
    pass


def _refuse_constant(_text: str) -> float:
    raise _NotANumberError


def _syntax_fault(text: str, error: json.JSONDecodeError) -> BodyFault:
    if error.msg == "Extra data":
        return BodyFault.TRAILING_TEXT
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return BodyFault.TRUNCATED
    return BodyFault.MALFORMED


def sendable(order: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the decimals of a document back into what can be sent."""
    return {name: _sendable(value) for name, value in order.items()}


def _sendable(value: Any) -> Any:
    if isinstance(value, dict):
        return sendable(value)
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def is_json(body: bytes) -> bool:
    """Return whether bytes are JSON; what is nested deeper than can be read here counts as JSON."""
    try:
        json.loads(body)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def is_utf_8(body: bytes) -> bool:
    """Return whether bytes are UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_object(body: bytes) -> Mapping[str, Any] | None:
    """Read the JSON object of a response, fractions as decimals; return None where the bytes are not one."""
    try:
        value = json.loads(body.decode(), parse_float=Decimal, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _reject_constant(text: str) -> float:
    message = f"{text} is not JSON"
    raise ValueError(message)
