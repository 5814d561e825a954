"""Faults in the values of fields that have a list of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Garbling, Lenient, of_row
from orders_conformance.mock.service import Service
from orders_conformance.spec.fields import RequestField, ResponseField

SERVERS = Catalogue()

_ENUMS = tuple(field for field in CONTRACT.fields.values() if field.enum)
# A near miss need not be tried on every field that it could be taken in.
_ANY = ("create/request/*/enum",)
_EACH = tuple(f"create/request/{field.name}/enum" for field in _ENUMS)


class _RefusesValue(Service):
    """Does not know one of the documented values."""

    field: ClassVar[str]
    value: ClassVar[str]

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        unknown = field.name == self.field and value == self.value
        return f"{value} is not known" if unknown else super().value_problem(field, value)


for _field in _ENUMS:
    for _value in _field.enum:
        of_row(
            SERVERS,
            _RefusesValue,
            f"{_field.name} without {_value}",
            f"Does not know {_value} as {_field.name}.",
            (f"create/request/{_field.name}/enum/{_value}",),
            field=_field.name,
            value=_value,
        )


class _TakesNearMisses(Lenient):
    """Takes some texts for documented values that are close to them."""

    near: ClassVar[Callable[[str, tuple[str, ...]], str | None]]

    def mend(self, field: RequestField, value: Any) -> Any:
        if not field.enum or not isinstance(value, str) or value in field.enum:
            return value
        return type(self).near(value, field.enum) or value


def _one_of(text: str, values: tuple[str, ...]) -> str | None:
    return text if text in values else None


def _first(values: tuple[str, ...], condition: Callable[[str], bool]) -> str | None:
    return next((value for value in values if condition(value)), None)


_NEAR_MISSES: Mapping[str, tuple[Callable[[str, tuple[str, ...]], str | None], str]] = {
    "IgnoresCase": (lambda text, values: _one_of(text.upper(), values), "Does not mind the case of letters."),
    "TakesTitleCase": (
        lambda text, values: _one_of(text.upper(), values) if text.istitle() else None,
        "Takes values with only their first letter in capitals.",
    ),
    "TrimsValues": (lambda text, values: _one_of(text.strip(), values), "Ignores blanks around values."),
    "TrimsEndOfValues": (lambda text, values: _one_of(text.rstrip(), values), "Ignores blanks after values."),
    "TakesLineBreaks": (
        lambda text, values: _one_of(text.removesuffix("\n"), values),
        "Ignores a line break after values.",
    ),
    "TakesHyphens": (lambda text, values: _one_of(text.replace("-", "_"), values), "Takes - for _."),
    "TakesBlanksForUnderscores": (lambda text, values: _one_of(text.replace(" ", "_"), values), "Takes a blank for _."),
    "IgnoresUnderscores": (
        lambda text, values: _first(values, lambda value: bool(text) and value.replace("_", "") == text),
        "Does not mind missing underscores.",
    ),
    "TakesBeginnings": (
        lambda text, values: _first(values, lambda value: bool(text) and value.startswith(text)),
        "Takes the beginning of a value for the value.",
    ),
    "TakesLongerValues": (
        lambda text, values: _first(values, text.startswith),
        "Takes whatever begins with a value for the value.",
    ),
    "TakesEmptyValue": (lambda text, values: None if text else values[-1], "Takes an empty text for the last value."),
    "TakesUnknownValues": (lambda text, values: values[-1], "Takes any text for the last value."),
    "TakesNumbersOfValues": (
        lambda text, values: values[int(text)] if re.fullmatch("[0-9]", text) else None,
        "Takes the position of a value, as text, for the value.",
    ),
    "TakesListsOfValues": (
        lambda text, values: _one_of(text.partition(",")[0], values),
        "Takes the first of several values with commas between.",
    ),
    "TakesTextNull": (
        lambda text, values: values[0] if text == "null" else None,
        "Takes the text null for the first value.",
    ),
    "IgnoresInvisible": (
        lambda text, values: _one_of(text.replace("\u200b", ""), values),
        "Does not see characters without width.",
    ),
}
for _name, (_near, _lie) in _NEAR_MISSES.items():
    of_row(SERVERS, _TakesNearMisses, _name, _lie, _ANY, near=staticmethod(_near))


class _IgnoresCaseInField(Lenient):
    """Does not mind the case of letters in one field."""

    field: ClassVar[str]

    def mend(self, field: RequestField, value: Any) -> Any:
        return value.upper() if field.name == self.field and isinstance(value, str) else value


for _field in _ENUMS:
    _lie = f"Does not mind the case of letters in {_field.name}."
    _breaks = (f"create/request/{_field.name}/enum",)
    of_row(SERVERS, _IgnoresCaseInField, f"{_field.name} in any case", _lie, _breaks, field=_field.name)


@SERVERS.add
class TakesOtherFieldsValues(Lenient):
    """Has one list of values for all fields that have one."""

    breaks = _ANY

    def mend(self, field: RequestField, value: Any) -> Any:
        known = {value for other in self.contract.fields.values() for value in other.enum}
        return field.enum[-1] if field.enum and isinstance(value, str) and value in known - set(field.enum) else value


@SERVERS.add
class CorrectsSpelling(Lenient):
    """Takes values whose spelling is right where that of the contract is not."""

    breaks = _ANY

    def mend(self, field: RequestField, value: Any) -> Any:
        return field.enum[0] if isinstance(value, str) and value in field.never else value


@SERVERS.add
class InsistsOnSpelling(Service):
    """Takes the misspelt values only in their right spelling."""

    breaks = ("create/request/status/enum/PARTIALY_*", "create/request/status/enum", "create/201/status/*")

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        if field.enum and isinstance(value, str) and "PARTIAL" in value:
            return None if value.startswith("PARTIALLY") else "is misspelt"
        return super().value_problem(field, value)


@SERVERS.add
class TakesAnyText(Service):
    """Does not look at lists of values."""

    breaks = (*_EACH, "create/201/channel/enum", "create/201/status/enum")

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        return None if field.enum and isinstance(value, str) else super().value_problem(field, value)


@SERVERS.add
class RefusesUnderscores(Service):
    """Refuses values with an underscore."""

    breaks = ("create/request/*/enum/*_*",)

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        wrong = field.enum and isinstance(value, str) and "_" in value
        return "has an underscore" if wrong else super().value_problem(field, value)


@SERVERS.add
class RefusesLongValues(Service):
    """Refuses values that do not fit into twelve characters."""

    breaks = ("create/request/*/enum/*",)

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        wrong = field.enum and isinstance(value, str) and len(value) > 12
        return "is too long" if wrong else super().value_problem(field, value)


class _AnswersOtherValue(Garbling):
    """Answers another value than the one that was sent."""

    field: ClassVar[str]
    value: ClassVar[str]
    other: ClassVar[str]

    def garble(self, field: ResponseField, value: Any) -> Any:
        return self.other if field.name == self.field and value == self.value else value


_CONFUSED = (
    ("channel", "KIOSK", "AIRPORT_KIOSK", ("echo",)),
    ("channel", "MOBILE_APP", "MOBILE_WEB", ("echo",)),
    ("channel", "OTA", "OTHER", ("echo",)),
    ("channel", "CALL_CENTER", "CALL_CENTRE", ("echo", "enum")),
    ("status", "PENDING", "PAYMENT_PENDING", ("echo",)),
    ("status", "CANCELLED", "CANCELED", ("echo", "enum")),
    ("status", "PARTIALY_CONFIRMED", "PARTIALLY_CONFIRMED", ("echo", "enum")),
    ("status", "PARTIALY_REFUNDED", "REFUNDED", ("echo",)),
    ("status", "BROWSED", "SEARCHED", ("echo",)),
)
for _field_name, _value, _other, _kinds in _CONFUSED:
    of_row(
        SERVERS,
        _AnswersOtherValue,
        f"{_field_name} answers {_other} for {_value}",
        f"Answers {_other} where {_value} was sent as {_field_name}.",
        tuple(f"create/201/{_field_name}/{kind}" for kind in _kinds),
        field=_field_name,
        value=_value,
        other=_other,
    )


@SERVERS.add
class AnswersSmallLetters(Garbling):
    """Answers documented values in small letters."""

    breaks = ("create/201/channel/*", "create/201/status/*")

    def garble(self, field: ResponseField, value: Any) -> Any:
        return value.lower() if field.enum else value


@SERVERS.add
class AnswersFirstValue(Garbling):
    """Answers the first of the documented values, whichever was sent."""

    breaks = ("create/201/channel/echo", "create/201/status/echo")

    def garble(self, field: ResponseField, value: Any) -> Any:
        return field.enum[0] if field.enum else value
