"""Faults in numbers: which are accepted, and how they are returned."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import ChangedNumbers, RejectsValid, add_server
from orders_conformance.mock.json_text import JsonError
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_PRICE = "price"
_ECHO = ("create/201/price/echo",)
# Greater numbers are not changed: the result might need more digits than the decimal context has.
_REWRITABLE = Decimal(10) ** 15


class _Writes(ChangedNumbers):
    """Returns wrong numbers of the created order."""

    written: ClassVar[Callable[[Decimal], Any]]

    def number(self, value: Decimal) -> Any:
        try:
            return type(self).written(value) if abs(value) < _REWRITABLE else value
        except InvalidOperation:
            return value


def _single_precision(value: Decimal) -> Decimal:
    """Round a number to single precision, 32 bits."""
    return Decimal(struct.unpack("f", struct.pack("f", float(value)))[0])


_WRITTEN: Mapping[str, tuple[Callable[[Decimal], Any], str]] = {
    "WholeNumbers": (int, "Cuts off decimals."),
    "RoundsToWhole": (lambda value: int(value.to_integral_value(ROUND_HALF_EVEN)), "Rounds to whole numbers."),
    "OneDecimal": (lambda value: round(value, 1), "Rounds to one decimal."),
    "CutsSecondDecimal": (lambda value: Decimal(int(value * 10)) / 10, "Cuts off all decimals after the first."),
    "SinglePrecision": (_single_precision, "Stores numbers in single precision, 32 bits."),
    "InCents": (lambda value: int(value * 100), "Returns the price in cents."),
    "CentsByFloat": (lambda value: Decimal(int(float(value) * 100)) / 100, "Converts a double to cents by truncation."),
    "RoundsToFiveCents": (lambda value: round(value * 20) / Decimal(20), "Rounds to five cents."),
    "NeverNegative": (abs, "Accepts negative numbers, and drops the sign."),
    "ZeroForNegative": (lambda value: max(value, Decimal(0)), "Accepts negative numbers as zero."),
    "ConstantPrice": (lambda _value: 50, "Returns the same number for every order."),
    "ZeroForSmall": (lambda value: value if value >= 1 else 0, "Returns zero for numbers below one."),
    "ClipsLarge": (lambda value: min(value, Decimal("99999.99")), "Returns 99999.99 for greater numbers."),
    "SixteenBits": (lambda value: value if value < 2**15 else value - 2**16, "Stores numbers in 16 bits."),
    "FourDigits": (
        lambda value: value if value < 1000 else value % 1000,
        "Drops the thousands of a number.",
    ),
    "ShiftsPoint": (
        lambda value: value if value == value.to_integral_value() else value / 10,
        "Shifts the decimal point of numbers with decimals.",
    ),
    "NoisyFloats": (lambda value: value + Decimal("0.0000001") if value % 1 else value, "Returns 30.6000001 for 30.6."),
    "LosesTrailingZeros": (
        lambda value: Decimal(f"{value:f}".rstrip("0") or "0") if value == int(value) and value else value,
        "Drops trailing zeros of whole numbers: 5 for 50.",
    ),
    "ClipsTo32Bits": (lambda value: min(value, Decimal(2**31 - 1)), "Returns 2147483647 for greater numbers."),
}
for _name, (_written, _doc) in _WRITTEN.items():
    add_server(SERVERS, _Writes, _name, _doc, _ECHO, written=staticmethod(_written))

_TYPED: Mapping[str, tuple[Callable[[Decimal], Any], str]] = {
    "PriceAsText": (str, "Returns numbers as text."),
    "PriceWithCurrency": (lambda value: {"amount": value}, "Returns numbers as objects."),
    "PriceInArray": (lambda value: [value], "Returns numbers in arrays."),
    "DecimalsAsText": (lambda value: str(value) if value % 1 else value, "Returns numbers with decimals as text."),
    "ZeroAsNull": (lambda value: value or None, "Returns null for zero."),
    "ZeroAsFalse": (lambda value: value or False, "Returns false for zero."),
}
for _name, (_written, _doc) in _TYPED.items():
    add_server(SERVERS, _Writes, _name, _doc, ("create/201/price/type",), written=staticmethod(_written))


@SERVERS.add
class ZeroIsMissing(Service):
    """Omits a number that is zero."""

    breaks = ("create/201/price/present",)

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        return {name: value for name, value in record.items() if name != _PRICE or value}


class _RejectsTogether(RejectsValid):
    """Rejects valid numbers."""

    rejected: ClassVar[Callable[[Decimal], bool]]

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        return _PRICE if type(self).rejected(Decimal(order[_PRICE])) else None


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


_REJECTED: Mapping[str, tuple[Callable[[Decimal], bool], str]] = {
    "RefusesZero": (lambda value: value == 0, "Rejects zero."),
    "RefusesDecimals": (lambda value: _decimals(value) > 0, "Rejects numbers with decimals."),
    "RefusesSecondDecimal": (lambda value: _decimals(value) > 1, "Rejects numbers with two decimals."),
    "RefusesOneDecimal": (lambda value: _decimals(value) == 1, "Rejects numbers with one decimal."),
    "RefusesOne": (lambda value: value == 1, "Rejects the number one."),
    "RefusesBelowOne": (lambda value: 0 < value < 1, "Rejects numbers between zero and one."),
    "RefusesOneCent": (lambda value: value == Decimal("0.01"), "Rejects 0.01."),
    "RefusesThousands": (lambda value: value >= 1000, "Rejects numbers of 1,000 and more."),
    "RefusesHundredThousands": (lambda value: value >= 100_000, "Rejects numbers of 100,000 and more."),
}
for _name, (_rejected, _doc) in _REJECTED.items():
    add_server(
        SERVERS, _RejectsTogether, _name, _doc, ("create/request/price/accept",), rejected=staticmethod(_rejected)
    )


class _AcceptsLiteral(Service):
    """Accepts number literals that are not JSON as zero."""

    literals: ClassVar[str]

    def read(self, content: bytes) -> Any:
        return super().read(re.sub(rb"(?<=:)\s*-?(?:%s)(?=\s*[,}])" % self.literals.encode(), b"0", content))


for _name, _literals in {"TakesNan": "NaN", "TakesNanAndInfinity": "NaN|Infinity"}.items():
    _doc = f"Accepts {_literals.replace('|', ' and ')} as zero."
    add_server(SERVERS, _AcceptsLiteral, _name, _doc, ("create/request/body/not-a-number",), literals=_literals)


@SERVERS.add
class RefusesExponents(Service):
    """Rejects numbers with an exponent."""

    breaks = ("create/201/http-status",)

    def read(self, content: bytes) -> Any:
        if re.search(rb"[0-9][eE][-+]?[0-9]+\s*[,}]", content):
            message = "has an exponent"
            raise JsonError(message)
        return super().read(content)


@SERVERS.add
class CutsExponentsOff(Service):
    """Ignores the exponent of a number."""

    breaks = ("create/201/price/echo",)

    def read(self, content: bytes) -> Any:
        return super().read(re.sub(rb"(?<=[0-9])[eE][-+]?[0-9]+(?=\s*[,}])", b"", content))


@SERVERS.add
class TakesLeadingZeros(Service):
    """Accepts numbers with leading zeros."""

    breaks = ("create/request/body/malformed",)

    def read(self, content: bytes) -> Any:
        return super().read(re.sub(rb'(?<=":)0+(?=[1-9])', b"", content))


class _FailsOn(Service):
    """Responds with 500 to some numbers."""

    fails_on: ClassVar[Callable[[Decimal], bool]]

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        if type(self).fails_on(Decimal(order[_PRICE])):
            raise _OutOfRangeError
        return super().store(order, record, request)

    def handle(self, request: ServerRequest) -> ServerResponse:
        try:
            return super().handle(request)
        except _OutOfRangeError:
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')


class _OutOfRangeError(Exception):
    pass


_FAILURES: Mapping[str, tuple[Callable[[Decimal], bool], str]] = {
    "StumblesOverNegative": (lambda value: value < 0, "Responds with 500 to negative numbers."),
    "StumblesOverLarge": (lambda value: value > 10**9, "Responds with 500 to large numbers."),
    "StumblesOverLongIntegers": (
        lambda value: value == value.to_integral_value() and abs(value) >= 2**31,
        "Responds with 500 to whole numbers that do not fit into 32 bits.",
    ),
    "StumblesOverManyDecimals": (
        lambda value: _decimals(value) > 2,
        "Responds with 500 to numbers with more than two decimals.",
    ),
}
for _name, (_fails_on, _doc) in _FAILURES.items():
    add_server(SERVERS, _FailsOn, _name, _doc, ("create/any/no-5xx",), fails_on=staticmethod(_fails_on))
