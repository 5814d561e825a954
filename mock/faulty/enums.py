"""Faults in enum fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, ChangedEcho, Lenient, add_server
from orders_conformance.mock.service import Service
from orders_conformance.spec.fields import RequestField, ResponseField

SERVERS = Catalogue()

_ENUMS = tuple(field for field in CONTRACT.fields.values() if field.enum)
# The suite sends each near miss in some of the enum fields only.
_ANY = ("create/request/*/enum",)
_EACH = tuple(f"create/request/{field.name}/enum" for field in _ENUMS)


class _RejectsValue(Service):
    """Rejects one of the documented values."""

    field: ClassVar[str]
    value: ClassVar[str]

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        unknown = field.name == self.field and value == self.value
        return f"{value} is not known" if unknown else super().value_problem(field, value)


for _field in _ENUMS:
    for _value in _field.enum:
        add_server(
            SERVERS,
            _RejectsValue,
            f"{_field.name} without {_value}",
            f"Rejects {_value} as {_field.name}.",
            (f"create/request/{_field.name}/enum/{_value}",),
            field=_field.name,
            value=_value,
        )


class _AcceptsNearMisses(Lenient):
    """Accepts some texts that are close to a documented value as that value."""

    read_near_miss: ClassVar[Callable[[str, tuple[str, ...]], str | None]]

    def correct(self, field: RequestField, value: Any) -> Any:
        if not field.enum or not isinstance(value, str) or value in field.enum:
            return value
        return type(self).read_near_miss(value, field.enum) or value


def _one_of(text: str, values: tuple[str, ...]) -> str | None:
    return text if text in values else None


def _first(values: tuple[str, ...], condition: Callable[[str], bool]) -> str | None:
    return next((value for value in values if condition(value)), None)


_NEAR_MISSES: Mapping[str, tuple[Callable[[str, tuple[str, ...]], str | None], str]] = {
    "IgnoresCase": (lambda text, values: _one_of(text.upper(), values), "Ignores letter case in enum values."),
    "TakesTitleCase": (
        lambda text, values: _one_of(text.upper(), values) if text.istitle() else None,
        "Accepts enum values in title case.",
    ),
    "TrimsValues": (lambda text, values: _one_of(text.strip(), values), "Ignores white space around enum values."),
    "TrimsEndOfValues": (lambda text, values: _one_of(text.rstrip(), values), "Ignores white space after enum values."),
    "TakesLineBreaks": (
        lambda text, values: _one_of(text.removesuffix("\n"), values),
        "Ignores a line break after enum values.",
    ),
    "TakesHyphens": (lambda text, values: _one_of(text.replace("-", "_"), values), "Accepts - for _ in enum values."),
    "TakesBlanksForUnderscores": (
        lambda text, values: _one_of(text.replace(" ", "_"), values),
        "Accepts a space for _ in enum values.",
    ),
    "IgnoresUnderscores": (
        lambda text, values: _first(values, lambda value: bool(text) and value.replace("_", "") == text),
        "Accepts enum values without their underscores.",
    ),
    "TakesBeginnings": (
        lambda text, values: _first(values, lambda value: bool(text) and value.startswith(text)),
        "Accepts the beginning of an enum value as the value.",
    ),
    "TakesLongerValues": (
        lambda text, values: _first(values, text.startswith),
        "Accepts any text that begins with an enum value as the value.",
    ),
    "TakesEmptyValue": (
        lambda text, values: None if text else values[-1],
        "Accepts an empty text as the last enum value.",
    ),
    "TakesUnknownValues": (lambda text, values: values[-1], "Accepts any text as the last enum value."),
    "TakesNumbersOfValues": (
        lambda text, values: values[int(text)] if re.fullmatch("[0-9]", text) else None,
        "Accepts the position of an enum value, as text, as the value.",
    ),
    "TakesListsOfValues": (
        lambda text, values: _one_of(text.partition(",")[0], values),
        "Accepts enum values separated by commas as the first of them.",
    ),
    "TakesTextNull": (
        lambda text, values: values[0] if text == "null" else None,
        "Accepts the text null as the first enum value.",
    ),
    "IgnoresInvisible": (
        lambda text, values: _one_of(text.replace("\u200b", ""), values),
        "Ignores zero-width characters in enum values.",
    ),
}
for _name, (_reading, _doc) in _NEAR_MISSES.items():
    add_server(SERVERS, _AcceptsNearMisses, _name, _doc, _ANY, read_near_miss=staticmethod(_reading))


class _IgnoresCaseInField(Lenient):
    """Ignores letter case in one enum field."""

    field: ClassVar[str]

    def correct(self, field: RequestField, value: Any) -> Any:
        return value.upper() if field.name == self.field and isinstance(value, str) else value


for _field in _ENUMS:
    _doc = f"Ignores letter case in {_field.name}."
    _breaks = (f"create/request/{_field.name}/enum",)
    add_server(SERVERS, _IgnoresCaseInField, f"{_field.name} in any case", _doc, _breaks, field=_field.name)


@SERVERS.add
class TakesOtherFieldsValues(Lenient):
    """Accepts the enum values of other fields."""

    breaks = _ANY

    def correct(self, field: RequestField, value: Any) -> Any:
        known = {value for other in self.contract.fields.values() for value in other.enum}
        return field.enum[-1] if field.enum and isinstance(value, str) and value in known - set(field.enum) else value


@SERVERS.add
class CorrectsSpelling(Lenient):
    """Accepts the correct spelling of values that the contract misspells."""

    breaks = _ANY

    def correct(self, field: RequestField, value: Any) -> Any:
        return field.enum[0] if isinstance(value, str) and value in field.never else value


@SERVERS.add
class InsistsOnSpelling(Service):
    """Accepts only the correct spelling of values that the contract misspells."""

    breaks = ("create/request/status/enum/PARTIALY_*", "create/request/status/enum")

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        if field.enum and isinstance(value, str) and "PARTIAL" in value:
            return None if value.startswith("PARTIALLY") else "is misspelt"
        return super().value_problem(field, value)


@SERVERS.add
class TakesAnyText(Service):
    """Accepts any text in enum fields."""

    breaks = _EACH

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        return None if field.enum and isinstance(value, str) else super().value_problem(field, value)


@SERVERS.add
class RefusesUnderscores(Service):
    """Rejects enum values with an underscore."""

    breaks = ("create/request/*/enum/*_*",)

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        wrong = field.enum and isinstance(value, str) and "_" in value
        return "has an underscore" if wrong else super().value_problem(field, value)


@SERVERS.add
class RefusesLongValues(Service):
    """Rejects enum values of more than 12 characters."""

    breaks = ("create/request/*/enum/*",)

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        wrong = field.enum and isinstance(value, str) and len(value) > 12
        return "is too long" if wrong else super().value_problem(field, value)


class _ReturnsOtherValue(ChangedEcho):
    """Returns another enum value than the one that was sent."""

    field: ClassVar[str]
    value: ClassVar[str]
    other: ClassVar[str]

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        return self.other if field.name == self.field and value == self.value else value


_CONFUSED = (
    ("channel", "KIOSK", "AIRPORT_KIOSK", ("echo",)),
    ("channel", "MOBILE_APP", "MOBILE_WEB", ("echo",)),
    ("channel", "OTA", "OTHER", ("echo",)),
    ("channel", "CALL_CENTER", "CALL_CENTRE", ("enum",)),
    ("status", "PENDING", "PAYMENT_PENDING", ("echo",)),
    ("status", "CANCELLED", "CANCELED", ("enum",)),
    ("status", "PARTIALY_CONFIRMED", "PARTIALLY_CONFIRMED", ("enum",)),
    ("status", "PARTIALY_REFUNDED", "REFUNDED", ("echo",)),
    ("status", "BROWSED", "SEARCHED", ("echo",)),
)
for _field_name, _value, _other, _kinds in _CONFUSED:
    add_server(
        SERVERS,
        _ReturnsOtherValue,
        f"{_field_name} answers {_other} for {_value}",
        f"Returns {_other} where {_value} was sent as {_field_name}.",
        tuple(f"create/201/{_field_name}/{kind}" for kind in _kinds),
        field=_field_name,
        value=_value,
        other=_other,
    )


@SERVERS.add
class AnswersSmallLetters(ChangedEcho):
    """Returns enum values in lower case."""

    breaks = ("create/201/channel/*", "create/201/status/*")

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        return value.lower() if field.enum else value


@SERVERS.add
class AnswersFirstValue(ChangedEcho):
    """Returns the first enum value, whichever was sent."""

    breaks = ("create/201/channel/echo", "create/201/status/echo")

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        return field.enum[0] if field.enum else value
