"""The values that a response may have for a value that was sent: the table of equivalences.

The vendor's page says that a created order has the values that were sent. It does not say in which notation, nor what
becomes of values whose handling it does not specify: a server may reject such a value, or store it in the form that
its platform has for it. So a returned value is equivalent to the sent one if a row of the table of its kind allows it;
anything else is another value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from orders_conformance.harness.messages.json_body import decimals, is_number
from orders_conformance.harness.oracle.response.instant import read_instant

# The digits of fractional seconds that servers store: seconds, milli- and microseconds, 100 ns (.NET), nanoseconds.
_STORED_DIGITS = (0, 3, 6, 7, 9)
_SECOND = Decimal(1)
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
# What servers put in place of half a surrogate pair: itself, U+FFFD or `?` once for each byte, its escape, or nothing.
_MARK, _MOST_MARKS, _ESCAPE = re.compile("[\ud800-\udfff\ufffd?]"), 3, re.compile(r"\\u[0-9A-Fa-f]{4}")
_LONGEST_TEXT = 4096
# Of a text with more halves, only the parts between them are compared.
_MOST_HALVES = 64


@dataclass(frozen=True, slots=True)
class Sent:
    """A value that was sent.

    Attributes:
        value: the value, as it was read from the body of the request.
        decimals: the digits after the decimal point that plain numbers have at most.

    """

    value: Any
    decimals: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        words: what the response has, as it completes "returned as ...".
        sent: an example of a sent value.
        returned: what a server may return for the example.
        allows: whether a value may be returned for another one of the right type.

    """

    words: str
    sent: Any
    returned: Any
    allows: Callable[[Sent, Any], bool]


def _is_same(sent: Sent, returned: Any) -> bool:
    return bool(sent.value == returned)


def _is_same_instant(sent: Sent, returned: Any) -> bool:
    one, other = read_instant(sent.value), read_instant(returned)
    return one is not None and other is not None and one.seconds == other.seconds


def _is_rounded_instant(sent: Sent, returned: Any) -> bool:
    one, other = read_instant(sent.value), read_instant(returned)
    if one is None or other is None:
        return False
    difference = abs(one.seconds - other.seconds)
    return any(
        difference < _SECOND.scaleb(-digits) and not other.seconds % _SECOND.scaleb(-digits)
        for digits in _STORED_DIGITS
    )


def _is_beside_leap_second(sent: Sent, returned: Any) -> bool:
    one, other = read_instant(sent.value), read_instant(returned)
    if one is None or other is None:
        return False
    return one.is_leap_second and abs(one.seconds - other.seconds) <= _SECOND


def _is_code_in_upper_case(sent: Sent, returned: Any) -> bool:
    """Whether a code of letters, such as one of ISO 4217, came back in upper case, as the standard has it."""
    value = sent.value
    return isinstance(value, str) and value.isascii() and value.isalpha() and bool(returned == value.upper())


def _has_replaced_halves(sent: Sent, returned: Any) -> bool:
    if not isinstance(sent.value, str) or len(sent.value) > _LONGEST_TEXT or not _HALF_A_PAIR.search(sent.value):
        return False
    return _may_replace(_HALF_A_PAIR.split(sent.value), returned)


def _may_replace(parts: Sequence[str], returned: str) -> bool:
    """Whether a text has the given parts in this order, with a replacement for half a pair between each two.

    All ways to read the text are followed at once: halves side by side have as many as 5 to the power of their number.
    """
    if len(parts) > _MOST_HALVES:
        return _has_in_order(parts, returned)
    ends = {len(parts[0])} if returned.startswith(parts[0]) else set()
    for part in parts[1:]:
        starts = {start for end in ends for start in _after_replacement(returned, end)}
        ends = {start + len(part) for start in starts if returned.startswith(part, start)}
    return len(returned) in ends


def _has_in_order(parts: Sequence[str], returned: str) -> bool:
    end = 0
    for part in parts:
        start = returned.find(part, end)
        if start < 0:
            return False
        end = start + len(part)
    return True


def _after_replacement(text: str, start: int) -> Iterator[int]:
    """Yield where a replacement for half a surrogate pair may end that begins at `start`."""
    yield start
    for end in range(start + 1, min(start + _MOST_MARKS, len(text)) + 1):
        if not _MARK.fullmatch(text, end - 1, end):
            break
        yield end
    if escape := _ESCAPE.match(text, start):
        yield escape.end()


def _is_same_double(sent: Sent, returned: Any) -> bool:
    return is_number(sent.value) and _double(sent.value) == _double(returned)


def _is_rounded_number(sent: Sent, returned: Any) -> bool:
    """Whether a number with more decimals than plain ones have was cut or rounded to at least as many as these."""
    if not (is_number(sent.value) and isfinite(_double(sent.value)) and isfinite(_double(returned))):
        return False
    one, other = Decimal(sent.value), Decimal(returned)
    return decimals(one) > sent.decimals and abs(one - other) < Decimal(1).scaleb(-sent.decimals)


def _double(number: float | Decimal) -> float:
    """Convert a number to a double as most JSON parsers do: digits that a double cannot hold are not compared."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


INSTANTS = (
    Row("the same text", "2024-01-01t16:17:16z", "2024-01-01t16:17:16z", _is_same),
    Row("the same instant", "0000-01-01T00:00:00+01:00", "-000001-12-31T23:00:00.000Z", _is_same_instant),
    Row("cut or rounded", "2024-01-01T16:17:16.123456789Z", "2024-01-01T16:17:16.123457Z", _is_rounded_instant),
    Row("a second beside it", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", _is_beside_leap_second),
)
TEXTS = (
    Row("the same text", "two  blanks", "two  blanks", _is_same),
    Row("a replacement for half a pair", "half \ud83d a pair", "half \ufffd a pair", _has_replaced_halves),
)
CODES = (*TEXTS, Row("the same letters in upper case", "chf", "CHF", _is_code_in_upper_case))
NUMBERS = (
    Row("the same number", Decimal(50), Decimal("5.0E1"), _is_same),
    Row("the same double", Decimal("0.1"), Decimal("0.1000000000000000055511151231257827"), _is_same_double),
    Row("cut or rounded", Decimal("1.005"), Decimal("1.01"), _is_rounded_number),
)
# The rows by the contract's `x-echo`.
TABLE: Mapping[str, tuple[Row, ...]] = {
    "exact": TEXTS,
    "letters": CODES,
    "number": NUMBERS,
    "instant": INSTANTS,
    "instant-or-now": INSTANTS,
}


def equivalence(echo: str, sent: Sent, returned: Any) -> Row | None:
    """Return the first row that allows a value to be returned for a sent one; None if it is another value.

    Args:
        echo: the contract's `x-echo` of the field.
        sent: the value that was sent.
        returned: the value in the response.

    """
    if not (is_number(returned) if echo == "number" else isinstance(returned, str)):
        return None
    return next((row for row in TABLE[echo] if row.allows(sent, returned)), None)
