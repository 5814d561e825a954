"""Read JSON bodies of requests and responses, and convert orders that were read back to values that can be sent."""

from __future__ import annotations

import gc
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from typing import Any

# Python refuses to read integers of more than 4300 digits; decimals have no such limit.
_INTEGER_DIGITS = 1000
# How deep what is read may be nested (RFC 8259, 9 allows such a limit). How deep Python itself reads depends on its
# version and on who calls it, and a record is to be judged again as it was judged.
_DEEPEST = 200
# A text, to its end or to that of the body; no part of it is looked at twice.
_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# Levels that are taken off from within before the rest is counted, which is slower.
_TAKEN_OFF = 20


class BodyFault(StrEnum):
    """The reasons why a body is not a JSON object; the contract lists the same kinds under `bodies`."""

    EMPTY = "empty"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    TRAILING_TEXT = "trailing-text"
    NOT_AN_OBJECT = "not-an-object"
    NOT_A_NUMBER = "not-a-number"
    NOT_UTF_8 = "not-utf-8"


def read_body(body: bytes) -> tuple[BodyFault | None, dict[str, Any] | None, bool]:
    """Read a body as RFC 8259 defines it, numbers as decimals.

    Returns:
        The kind of its fault, or None; the object, or None; and whether it is JSON that receivers may reject: it has a
        repeated name or a byte order mark, or is nested too deeply to be read. The latter has neither a fault nor an
        object.

    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return BodyFault.NOT_UTF_8, None, False
    unusual = text.startswith("\ufeff")
    text = text.removeprefix("\ufeff")
    if not text.strip(" \t\r\n"):
        return BodyFault.EMPTY, None, unusual

    def collect_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal unusual
        result = dict(members)
        unusual = unusual or len(result) < len(members)
        return result

    if _is_too_deep(text):
        return None, None, True
    try:
        document = json.loads(
            text,
            object_pairs_hook=collect_members,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_reject_not_a_number,
        )
    except _NotANumberError:
        return BodyFault.NOT_A_NUMBER, None, unusual
    except json.JSONDecodeError as error:
        return _syntax_fault(text, error), None, unusual
    if not isinstance(document, dict):
        return BodyFault.NOT_AN_OBJECT, None, unusual
    return None, document, unusual


def _is_too_deep(text: str) -> bool:
    """Return whether a text, as far as it is JSON, is nested more deeply than it may be."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return False
    brackets = _TEXT.sub("", text).encode(errors="replace").translate(_BRACKETS, _NO_BRACKETS)
    taken_off = 0
    while taken_off < _TAKEN_OFF and b"[]" in brackets:
        # Each time, whatever is innermost goes, and all of it has one level less.
        brackets = brackets.replace(b"[]", b"")
        taken_off += 1
    depths = accumulate(1 if bracket == ord("[") else -1 for bracket in brackets)
    return taken_off + max(depths, default=0) > _DEEPEST


def faults_of(body: bytes) -> frozenset[BodyFault]:
    """Return every kind of fault of a body: one that is not UTF-8 may also be invalid JSON apart from those bytes."""
    readable = body.decode(errors="replace").encode()
    return frozenset(fault for fault in (read_body(body)[0], read_body(readable)[0]) if fault is not None)


def _number(text: str) -> Decimal | float:
    """Read a number exactly; as an infinite double where its exponent is greater than a decimal can have."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return float(text)


class _NotANumberError(Exception):
    pass


def _reject_not_a_number(_text: str) -> float:
    raise _NotANumberError


def _syntax_fault(text: str, error: json.JSONDecodeError) -> BodyFault:
    if error.msg == "Extra data":
        return BodyFault.TRAILING_TEXT
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return BodyFault.TRUNCATED
    return BodyFault.MALFORMED


def sendable(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order with its decimals replaced by integers and floats, which `json` can write."""
    return {name: _sendable(value) for name, value in order.items()}


def _sendable(value: Any) -> Any:
    if isinstance(value, dict):
        return sendable(value)
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def decimals(number: Decimal) -> int:
    """Count the decimals of a number exactly, without zeros at its end."""
    _, digits, exponent = number.as_tuple()
    trailing = next((place for place, digit in enumerate(reversed(digits)) if digit), len(digits))
    return max(0, -exponent - trailing) if isinstance(exponent, int) else 0


def is_number(value: object) -> bool:
    """Return whether a value that was read from JSON is a number."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause the collector of cycles while JSON, or a record of it, is read: it has none.

    For a megabyte of small lists it takes up to 600 of 650 ms; for a record that is judged again, a fifth of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@lru_cache(maxsize=1)
def is_json(body: bytes) -> bool:
    """Return whether bytes are JSON; what is nested too deeply to be read counts as JSON."""
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        if not _is_too_deep(text):
            with without_collector():
                json.loads(text.removeprefix("\ufeff"))
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
    """Read the JSON object of a response, fractions as decimals; return None where the bytes are no JSON object."""
    return read_members(body)[0]


def read_members(body: bytes) -> tuple[Mapping[str, Any] | None, str | None]:
    """Read the JSON object of a response, fractions as decimals.

    Returns:
        The object, or None where the bytes are no JSON object; and the first name that an object in it has twice.

    """
    return _read_members(body)


# A response is read once and looked at several times; the result of a large one takes many times its size.
@lru_cache(maxsize=1)
def _read_members(body: bytes) -> tuple[Mapping[str, Any] | None, str | None]:
    repeated: list[str] = []

    def collect_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(members)
        if len(result) < len(members) and not repeated:
            counts = Counter(name for name, _ in members)
            repeated.append(next(name for name, count in counts.items() if count > 1))
        return result

    def loaded(text: str, parse_int: Callable[[str], Any], parse_float: Callable[[str], Any]) -> Any:
        with without_collector():
            return json.loads(
                text,
                object_pairs_hook=collect_members,
                parse_float=parse_float,
                parse_int=parse_int,
                parse_constant=_reject_any_constant,
            )

    try:
        text = body.decode()
        if _is_too_deep(text):
            return None, None
        try:
            # The types of Python, without a call of Python for each number.
            value = loaded(text, int, Decimal)
        except (ValueError, InvalidOperation):
            # Some number has too many digits for them, or the text is no JSON.
            value = loaded(text, _integer, _number)
    except ValueError:
        return None, None
    return (value, next(iter(repeated), None)) if isinstance(value, dict) else (None, None)


def _integer(digits: str) -> int | Decimal | float:
    return int(digits) if len(digits) <= _INTEGER_DIGITS else _number(digits)


def _reject_any_constant(text: str) -> float:
    message = f"{text} is not JSON"
    raise ValueError(message)
