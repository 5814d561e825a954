"""Faults in numbers: which are taken, and what becomes of them."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import GarblingPrice, Picky, of_row
from orders_conformance.mock.json_text import JsonError
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_PRICE = "price"
_ECHO = ("create/201/price/echo",)
# Beyond this, rewriting a decimal may need more digits than its context has.
_HANDY = Decimal(10) ** 15


class _Writes(GarblingPrice):
    """Writes numbers wrongly."""

    written: ClassVar[Callable[[Decimal], Any]]

    def number(self, value: Decimal) -> Any:
        try:
            return type(self).written(value) if abs(value) < _HANDY else value
        except InvalidOperation:
            return value


def _single(value: Decimal) -> Decimal:
    """Squeeze a number through 32 bits."""
    return Decimal(struct.unpack("f", struct.pack("f", float(value)))[0])


_WRITTEN: Mapping[str, tuple[Callable[[Decimal], Any], str]] = {
    "WholeNumbers": (int, "Cuts off decimals."),
    "RoundsToWhole": (lambda value: int(value.to_integral_value(ROUND_HALF_EVEN)), "Rounds to whole numbers."),
    "OneDecimal": (lambda value: round(value, 1), "Rounds to one decimal."),
    "CutsSecondDecimal": (lambda value: Decimal(int(value * 10)) / 10, "Cuts off the second decimal."),
    "TwoDecimalsOnly": (lambda value: round(value, 2), "Takes more than two decimals, and rounds them."),
    "SinglePrecision": (_single, "Keeps numbers in 32 bits."),
    "InCents": (lambda value: int(value * 100), "Answers cents."),
    "CentsByFloat": (lambda value: Decimal(int(float(value) * 100)) / 100, "Turns a double into cents by cutting off."),
    "RoundsToFiveCents": (lambda value: round(value * 20) / Decimal(20), "Rounds to five cents."),
    "NeverNegative": (abs, "Takes negative numbers, and forgets their sign."),
    "ZeroForNegative": (lambda value: max(value, Decimal(0)), "Takes negative numbers for nought."),
    "ConstantPrice": (lambda _value: 50, "Answers the same number to every order."),
    "ZeroForSmall": (lambda value: value if value >= 1 else 0, "Answers nought for less than one."),
    "ClipsLarge": (lambda value: min(value, Decimal("99999.99")), "Answers at most 99999.99."),
    "SixteenBits": (lambda value: value if value < 2**15 else value - 2**16, "Keeps numbers in sixteen bits."),
    "FourDigits": (
        lambda value: value if value < 1000 else value % 1000,
        "Loses what stands before a separator of thousands.",
    ),
    "ShiftsPoint": (
        lambda value: value if value == value.to_integral_value() else value / 10,
        "Shifts the decimal point of numbers that are not whole.",
    ),
    "NoisyFloats": (lambda value: value + Decimal("0.0000001") if value % 1 else value, "Answers 30.6000001 for 30.6."),
    "LosesTrailingZeros": (
        lambda value: Decimal(f"{value:f}".rstrip("0") or "0") if value == int(value) and value else value,
        "Takes nought off the end of whole numbers: 5 for 50.",
    ),
    "ClipsTo32Bits": (lambda value: min(value, Decimal(2**31 - 1)), "Answers at most 2147483647."),
}
for _name, (_written, _lie) in _WRITTEN.items():
    of_row(SERVERS, _Writes, _name, _lie, _ECHO, written=staticmethod(_written))

_TYPED: Mapping[str, tuple[Callable[[Decimal], Any], str]] = {
    "PriceAsText": (str, "Answers numbers as text."),
    "PriceWithCurrency": (lambda value: {"amount": value}, "Answers numbers as objects."),
    "PriceInArray": (lambda value: [value], "Answers numbers in arrays."),
    "DecimalsAsText": (lambda value: str(value) if value % 1 else value, "Answers numbers as text that are not whole."),
    "ZeroAsNull": (lambda value: value or None, "Answers null for nought."),
    "ZeroAsFalse": (lambda value: value or False, "Answers false for nought."),
}
for _name, (_written, _lie) in _TYPED.items():
    of_row(SERVERS, _Writes, _name, _lie, ("create/201/price/type",), written=staticmethod(_written))


@SERVERS.add
class ZeroIsMissing(Service):
    """Leaves out a number that is nought."""

    breaks = ("create/201/price/present",)

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        return {name: value for name, value in record.items() if name != _PRICE or value}


class _Refuses(Picky):
    """Refuses valid numbers."""

    refused: ClassVar[Callable[[Decimal], bool]]

    def dislikes(self, order: Mapping[str, Any]) -> str | None:
        return _PRICE if type(self).refused(Decimal(order[_PRICE])) else None


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


_REFUSED: Mapping[str, tuple[Callable[[Decimal], bool], str]] = {
    "RefusesZero": (lambda value: value == 0, "Refuses nought."),
    "RefusesDecimals": (lambda value: _decimals(value) > 0, "Refuses numbers with decimals."),
    "RefusesSecondDecimal": (lambda value: _decimals(value) > 1, "Refuses numbers with two decimals."),
    "RefusesOneDecimal": (lambda value: _decimals(value) == 1, "Refuses numbers with one decimal."),
    "RefusesOne": (lambda value: value == 1, "Refuses one."),
    "RefusesBelowOne": (lambda value: 0 < value < 1, "Refuses numbers between nought and one."),
    "RefusesOneCent": (lambda value: value == Decimal("0.01"), "Refuses a cent."),
    "RefusesThousands": (lambda value: value >= 1000, "Refuses numbers from a thousand on."),
    "RefusesHundredThousands": (lambda value: value >= 100_000, "Refuses numbers from a hundred thousand on."),
}
for _name, (_refused, _lie) in _REFUSED.items():
    of_row(SERVERS, _Refuses, _name, _lie, ("create/request/price/accept",), refused=staticmethod(_refused))


class _TakesLiteral(Service):
    """Takes literals that JSON does not know for nought."""

    literals: ClassVar[str]

    def read(self, content: bytes) -> Any:
        return super().read(re.sub(rb"(?<=:)\s*-?(?:%s)(?=\s*[,}])" % self.literals.encode(), b"0", content))


for _name, _literals in {"TakesNan": "NaN", "TakesNanAndInfinity": "NaN|Infinity"}.items():
    _lie = f"Takes {_literals.replace('|', ' and ')} for nought."
    of_row(SERVERS, _TakesLiteral, _name, _lie, ("create/request/body/not-a-number",), literals=_literals)


@SERVERS.add
class RefusesExponents(Service):
    """Refuses numbers that are written with an exponent."""

    breaks = ("create/201/http-status",)

    def read(self, content: bytes) -> Any:
        if re.search(rb"[0-9][eE][-+]?[0-9]+\s*[,}]", content):
            message = "has an exponent"
            raise JsonError(message)
        return super().read(content)


@SERVERS.add
class CutsExponentsOff(Service):
    """Reads a number up to its exponent."""

    breaks = ("create/201/price/echo",)

    def read(self, content: bytes) -> Any:
        return super().read(re.sub(rb"(?<=[0-9])[eE][-+]?[0-9]+(?=\s*[,}])", b"", content))


@SERVERS.add
class TakesLeadingZeros(Service):
    """Takes numbers that begin with nought."""

    breaks = ("create/request/body/malformed",)

    def read(self, content: bytes) -> Any:
        return super().read(re.sub(rb'(?<=":)0+(?=[1-9])', b"", content))


class _Stumbles(Service):
    """Fails on some numbers."""

    stumbles: ClassVar[Callable[[Decimal], bool]]

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        if type(self).stumbles(Decimal(order[_PRICE])):
            raise _OutOfRangeError
        return super().store(order, record, request)

    def handle(self, request: ServerRequest) -> ServerResponse:
        try:
            return super().handle(request)
        except _OutOfRangeError:
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')


class _OutOfRangeError(Exception):
    pass


_STUMBLES: Mapping[str, tuple[Callable[[Decimal], bool], str]] = {
    "StumblesOverNegative": (lambda value: value < 0, "Fails on negative numbers."),
    "StumblesOverLarge": (lambda value: value > 10**9, "Fails on large numbers."),
    "StumblesOverLongIntegers": (
        lambda value: value == value.to_integral_value() and abs(value) >= 2**31,
        "Fails on whole numbers that do not fit into 32 bits.",
    ),
    "StumblesOverManyDecimals": (lambda value: _decimals(value) > 2, "Fails on numbers with more than two decimals."),
}
for _name, (_stumbles, _lie) in _STUMBLES.items():
    of_row(SERVERS, _Stumbles, _name, _lie, ("create/any/no-5xx",), stumbles=staticmethod(_stumbles))
