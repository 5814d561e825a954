"""Judging one documented field of a reply's body: presence, type, enum, format and fixed value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Evidence, checked, excerpt, kept
from orders_conformance.spec import date_time
from orders_conformance.spec.fields import ResponseField
from orders_conformance.spec.rules import Rule


class ResponseFieldJudge:
    """Judges one field of the bodies of one status."""

    def __init__(self, field: ResponseField, status: int, schema: Mapping[str, Any]) -> None:
        """Prepare the names of what is judged, and the validator.

        Args:
            field: the field.
            status: of the replies that have it.
            schema: of their whole body.

        """
        self._field = field
        self._name = field.name
        self._validator = _validator(_schema_at(schema, field.path))
        # Most texts come back again and again.
        self._text_failed = lru_cache(maxsize=256)(self._failed)
        self._formatted = _FORMATS[field.format] if field.format else None

        def named(rule: str) -> Name:
            return rule, str(status), self._name

        self._presence = named(Rule.PRESENT_WHEN_SENT if field.only_repeats else Rule.PRESENT)
        self._type, self._enum, self._format = (
            named(Rule.RESPONSE_TYPE),
            named(Rule.RESPONSE_ENUM),
            named(Rule.RESPONSE_FORMAT),
        )
        self._equals = named(Rule.EQUALS)

    def judge(self, body: Mapping[str, Any], sent: Mapping[str, Any]) -> Iterator[Evidence]:
        """Judge a body.

        Args:
            body: what came back.
            sent: the fields that were sent; they say whether an optional field must come back.

        """
        field, name = self._field, self._name
        present, value = _value_at(body, field.path)
        if present is None:
            return
        was_sent = sent.get(field.path[0]) is not None
        if not present or (value is None and field.only_repeats and not was_sent):
            # A field that was not sent may be missing, or null, in the answer.
            if was_sent or not field.only_repeats:
                yield Evidence(self._presence, held=False, expected=name, observed="no such field")
            return
        if was_sent or not field.only_repeats:
            yield kept(self._presence)
        failed = (self._text_failed if isinstance(value, str) else self._failed)(value)
        typed = failed <= {"enum", "format"}

        def instead_of(expected: str) -> Callable[[], tuple[str, str]]:
            return lambda: (expected, f"{name}: {excerpt(value)}")

        yield checked(self._type, instead_of(f"a {field.type}"), held=typed)
        if not typed:
            return
        if field.enum:
            yield checked(self._enum, instead_of(f"one of {', '.join(field.enum)}"), held="enum" not in failed)
        if self._formatted:
            yield checked(self._format, instead_of(str(field.format)), held=self._formatted(value))
        if field.equals is not None:
            yield checked(self._equals, instead_of(f"{name}: {field.equals}"), held=value == field.equals)

    def _failed(self, value: Any) -> frozenset[str]:
        """Name the keywords of the schema that a value fails."""
        return frozenset(str(error.validator) for error in self._validator.iter_errors(value))


def _is_uri(value: str) -> bool:
    scheme, separator, rest = value.partition("://")
    return (
        bool(separator)
        and scheme.lower() in {"http", "https"}
        and bool(rest)
        and value.isprintable()
        and " " not in value
    )


_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": lambda value: date_time.parse(value) is not None,
    "uri": _is_uri,
}


def _is_integer(_checker: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, Decimal) and value == value.to_integral_value())


def _is_number(_checker: Any, value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


# Numbers of a reply are read as decimals, which the library takes for numbers but never for integers.
_Validator = extend(  # type: ignore[no-untyped-call] # the library leaves it so
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number}),
)


def _validator(schema: Mapping[str, Any]) -> Validator:
    """Validate a field and, in lists, what is in it; the fields of an object are judged one by one."""
    narrowed = {key: value for key, value in schema.items() if key not in {"properties", "required"}}
    validator: Validator = _Validator(narrowed)
    return validator


def _schema_at(schema: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    for name in path:
        schema = schema["properties"][name]
    return schema


def _value_at(body: Mapping[str, Any], path: tuple[str, ...]) -> tuple[bool | None, Any]:
    """Find a value; the first of the pair is None where there is no object that could have it."""
    value: Any = body
    for name in path[:-1]:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        return None, None
    return path[-1] in value, value.get(path[-1])
