"""Judge one documented field of a response body: presence, type, enum, format and fixed value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from orders_conformance.harness.messages.json_body import is_number
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, checked, excerpt, kept
from orders_conformance.harness.oracle.response.equivalence import Sent, equivalence
from orders_conformance.spec import date_time, patterns
from orders_conformance.spec.fields import ResponseField
from orders_conformance.spec.rules import Rule

# Characters of a text whose result is kept.
_LONGEST_COMMON = 256
# Keywords that a value of the right type may violate.
_OF_THE_TYPE = frozenset({"enum", "format"})


class ResponseFieldJudge:
    """Judges one field in the response bodies of one status."""

    def __init__(self, field: ResponseField, status: int, schema: Mapping[str, Any]) -> None:
        """Prepare the requirements and the validator of the field.

        Args:
            field: the field.
            status: the status of the responses that have it.
            schema: the schema of their whole body.

        """
        self._field = field
        self._name = field.name
        self._validator = _validator(_schema_at(schema, field.path))
        # The same few texts occur in most responses; a long one is not kept.
        self._text_failed = lru_cache(maxsize=256)(self._failed)
        self._listed = f"one of {', '.join(field.enum or ())}"
        self._has_format = _FORMATS[field.format] if field.format else None

        def named(rule: str) -> Name:
            return rule, str(status), self._name

        self._presence = named(Rule.PRESENT_WHEN_SENT if field.only_repeats else Rule.PRESENT)
        self._type, self._enum, self._format = (
            named(Rule.RESPONSE_TYPE),
            named(Rule.RESPONSE_ENUM),
            named(Rule.RESPONSE_FORMAT),
        )
        self._equals = named(Rule.EQUALS)
        self._left_out = named(Rule.LEFT_OUT)

    def judge(self, body: Mapping[str, Any], classification: Classification) -> Iterator[Evidence]:
        """Judge a body.

        A field that repeats a wrong value of the order is not judged: that it was accepted is the only fault.

        Args:
            body: the response body.
            classification: of the request; an optional field that was sent must be returned.

        """
        field, name = self._field, self._name
        present, value = _value_at(body, field.path)
        if present is None or (field.echo and name in classification.wrong_fields):
            return
        sent = (classification.document or {}).get(name) if field.echo else None
        if field.only_repeats and sent is None:
            if classification.document is None or name not in classification.document:
                yield checked(
                    self._left_out, lambda: (f"no {name}", f"{name}: null"), held=not present or value is not None
                )
            if not present or value is None:
                return
        elif not present:
            expected = name if sent is None else f"{name}: {excerpt(sent)}, as sent"
            yield Evidence(self._presence, held=False, expected=expected, observed=f"no {name} in the response")
            return
        else:
            yield kept(self._presence)
        yield from self._value(value, sent, is_unusual=name in classification.unusual_fields)

    def _value(self, value: Any, sent: Any, *, is_unusual: bool) -> Iterator[Evidence]:
        """Judge type, enum, format and fixed value of a field that is present."""
        field = self._field
        is_common = isinstance(value, str) and len(value) <= _LONGEST_COMMON
        failed = (self._text_failed if is_common else self._failed)(value)
        if not failed <= _OF_THE_TYPE:
            yield self._otherwise(self._type, f"a {field.type}", value)
            return
        yield kept(self._type)
        if field.enum:
            is_listed = "enum" not in failed
            yield kept(self._enum) if is_listed else self._otherwise(self._enum, self._listed, value)
        # An unusual value may have no better notation: a year that UTC makes 10000, for instance.
        if self._has_format and not (is_unusual and self._is_equivalent(sent, value)):
            is_well_formed = self._has_format(value)
            yield kept(self._format) if is_well_formed else self._otherwise(self._format, str(field.format), value)
        if field.equals is not None:
            yield (
                kept(self._equals)
                if value == field.equals
                else self._otherwise(self._equals, f"{self._name}: {field.equals}", value)
            )

    def _otherwise(self, requirement: Name, expected: str, value: Any) -> Evidence:
        """Return the evidence that the field has another value than a requirement demands."""
        return Evidence(requirement, held=False, expected=expected, observed=f"{self._name}: {excerpt(value)}")

    def _is_equivalent(self, sent: Any, value: Any) -> bool:
        return self._field.echo is not None and equivalence(self._field.echo, Sent(sent, 0), value) is not None

    def _failed(self, value: Any) -> frozenset[str]:
        """Return the keywords of the schema that a value violates."""
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
    "date-time": date_time.is_well_formed,
    "uri": _is_uri,
}


def _is_number(_checker: Any, value: Any) -> bool:
    return is_number(value)


def _is_integer(_checker: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, Decimal) and value == value.to_integral_value())


# Numbers of a response are read as Decimal, which jsonschema accepts as number but never as integer.
_Validator = extend(  # type: ignore[no-untyped-call] # jsonschema has no annotation here
    Draft202012Validator,
    {"pattern": patterns.violations},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number}),
)


def _validator(schema: Mapping[str, Any]) -> Validator:
    """Return a validator of a field and of the items of a list; the fields of an object have judges of their own."""
    narrowed = {key: value for key, value in schema.items() if key not in {"properties", "required"}}
    validator: Validator = _Validator(narrowed)
    return validator


def _schema_at(schema: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    for name in path:
        schema = schema["properties"][name]
    return schema


def _value_at(body: Mapping[str, Any], path: tuple[str, ...]) -> tuple[bool | None, Any]:
    """Return whether the value at a path is present, and the value; (None, None) if no object could contain it."""
    value: Any = body
    for name in path[:-1]:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        return None, None
    return path[-1] in value, value.get(path[-1])
