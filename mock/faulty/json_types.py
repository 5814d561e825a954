"""Faults in which JSON types are accepted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Lenient, add_server, plain_value
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.mock.validation import is_of_type
from orders_conformance.spec import date_time
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()

_KINDS = ("string", "number", "boolean", "array", "object")


class _Coerces(Lenient):
    """Accepts a value of a wrong type as a valid one."""

    field: ClassVar[str]
    kind: ClassVar[str]

    def correct(self, field: RequestField, value: Any) -> Any:
        wrong = field.name == self.field and is_of_type(value, self.kind)
        return plain_value(self, field) if wrong else value


for _field in CONTRACT.fields.values():
    for _kind in _KINDS:
        if _kind != _field.type:
            add_server(
                SERVERS,
                _Coerces,
                f"{_field.name} takes {_kind}",
                f"Accepts a value of type {_kind} as {_field.name}.",
                (f"create/request/{_field.name}/type",),
                field=_field.name,
                kind=_kind,
            )


@SERVERS.add
class TakesNumericText(Lenient):
    """Accepts a text of digits as a number."""

    breaks = ("create/request/price/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        numeric = field.type == "number" and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value)
        return Decimal(value) if numeric else value


@SERVERS.add
class TakesEmptyTextForZero(Lenient):
    """Accepts an empty text as the number zero."""

    breaks = ("create/request/price/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        return 0 if field.type == "number" and value == "" else value


@SERVERS.add
class TakesDecimalComma(Lenient):
    """Accepts a text with a decimal comma as a number."""

    breaks = ("create/request/price/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        numeric = field.type == "number" and isinstance(value, str) and re.fullmatch(r"\d+,\d+", value)
        return Decimal(value.replace(",", ".")) if numeric else value


@SERVERS.add
class TakesTextNan(Lenient):
    """Accepts the text NaN as a number."""

    breaks = ("create/request/price/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        return 0 if field.type == "number" and value == "NaN" else value


class _ReadsText(Lenient):
    """Accepts some texts as numbers."""

    number_of: ClassVar[Callable[[str], Any]]

    def correct(self, field: RequestField, value: Any) -> Any:
        if field.type != "number" or not isinstance(value, str):
            return value
        try:
            number = Decimal(type(self).number_of(value))
        except (ArithmeticError, ValueError, TypeError):
            return value
        return number if number.is_finite() else value


def _matched(pattern: str, text: str) -> str:
    """Return the number in a text that matches a pattern as a whole; the text itself where it does not.

    Raises:
        ValueError: it does not match.

    """
    found = re.fullmatch(pattern, text)
    if found is None:
        raise ValueError(text)
    return found[1]


_TEXTS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "TakesThousandsSeparators": (
        lambda text: _matched(r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?)", text).replace(",", ""),
        "Accepts a text with separators of thousands as a number.",
    ),
    "TakesAmountsWithCurrency": (
        lambda text: _matched(r"(\d+(?:\.\d+)?) ?(?:[A-Z]{3}|[$\u20ac])", text),
        "Accepts an amount with its currency as a number.",
    ),
    "TakesBlanksAroundNumbers": (
        lambda text: _matched(r"\s+(\d+)\s*", text),
        "Accepts a text with blanks around a number.",
    ),
    "TakesHexadecimalText": (lambda text: int(_matched(r"(0x[0-9a-f]+)", text), 16), "Accepts hexadecimal text."),
    "TakesExponentsInText": (
        lambda text: _matched(r"(\d+e\d+)", text),
        "Accepts a text with an exponent as a number.",
    ),
    "TakesDigitsOfAnyWidth": (
        lambda text: text if text.isdigit() and not text.isascii() else _matched(r"(?!)()", text),
        "Accepts digits that are not ASCII as a number.",
    ),
    "TakesFractionCharacters": (
        lambda text: (
            str(unicodedata.numeric(text)) if len(text) == 1 and not text.isascii() else _matched("(?!)()", text)
        ),
        "Accepts a fraction that is one character as a number.",
    ),
}
for _name, (_number_of, _doc) in _TEXTS.items():
    add_server(SERVERS, _ReadsText, _name, _doc, ("create/request/price/type",), number_of=staticmethod(_number_of))


@SERVERS.add
class TakesFalseForZero(Lenient):
    """Accepts false as the number zero, but not true as one."""

    breaks = ("create/request/price/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        return 0 if field.type == "number" and value is False else value


@SERVERS.add
class OpensArrays(Lenient):
    """Accepts an array of one value as that value."""

    breaks = ("create/request/*/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        return value[0] if isinstance(value, list) and len(value) == 1 else value


@SERVERS.add
class OpensObjects(Lenient):
    """Accepts an object of one value as that value."""

    breaks = ("create/request/*/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


@SERVERS.add
class WritesOutScalars(Lenient):
    """Accepts numbers and booleans as text."""

    breaks = ("create/request/*/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        written = field.type == "string" and not field.enum and not field.format
        return str(value) if written and isinstance(value, (int, Decimal)) else value


@SERVERS.add
class TakesIndexOfValue(Lenient):
    """Accepts the position of an enum value, as a number, as the value."""

    breaks = ("create/request/channel/type", "create/request/status/type")

    def correct(self, field: RequestField, value: Any) -> Any:
        position = (
            field.enum and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(field.enum)
        )
        return field.enum[value] if position else value


@SERVERS.add
class TakesSecondsSince1970(Lenient):
    """Accepts numbers as date-times."""

    breaks = ("create/request/orderedAt/type", "create/request/createdAt/type", "create/request/modifiedAt/type")

    def correct(self, field: RequestField, value: Any) -> Any:
        return plain_value(self, field) if field.format and is_of_type(value, "number") else value


@SERVERS.add
class DropsEmptyContainers(Service):
    """Accepts an empty array or object in an optional field as a missing value."""

    breaks = ("create/request/*/type",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        fields = self.contract.fields
        return {
            n: value for n, value in super().normalise(order).items() if value not in ([], {}) or fields[n].required
        }


class _FailsOnType(Service):
    """Responds with 500 to a value of a wrong type."""

    kind: ClassVar[str]

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        for name, field in self.contract.fields.items():
            if name in order and is_of_type(order[name], self.kind) and not is_of_type(order[name], field.type):
                return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)


for _kind in _KINDS:
    add_server(
        SERVERS,
        _FailsOnType,
        f"stumbles over {_kind}",
        f"Responds with 500 to a value of type {_kind} where another type is required.",
        ("create/any/no-5xx",),
        kind=_kind,
    )


@SERVERS.add
class ReadsEpochSeconds(Lenient):
    """Accepts seconds since 1970 as a date-time."""

    breaks = ("create/request/*At/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        is_number = field.format == "date-time" and is_of_type(value, "number")
        return date_time.text(datetime.fromtimestamp(int(value), UTC)) if is_number and 0 < value < 2**32 else value


@SERVERS.add
class UnwrapsArrays(Lenient):
    """Accepts an array of one element as the element."""

    breaks = ("create/request/*/type",)

    def correct(self, field: RequestField, value: Any) -> Any:
        return value[0] if isinstance(value, list) and len(value) == 1 else value
