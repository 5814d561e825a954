"""Validation of field values, one function for each rule; each returns what is wrong, or None."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from orders_conformance.spec.date_time import parse
from orders_conformance.spec.fields import RequestField

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float, Decimal),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def is_of_type(value: Any, name: str) -> bool:
    """Return whether a value has a JSON type; a boolean is not a number."""
    if isinstance(value, bool) and name != "boolean":
        return False
    return isinstance(value, _TYPES[name])


def type_problem(field: RequestField, value: Any) -> str | None:
    """Return what is wrong with the JSON type of a value; None where it is right."""
    if value is None:
        return "may not be null"
    return None if is_of_type(value, field.type) else f"must be a {field.type}"


def enum_problem(field: RequestField, value: Any) -> str | None:
    """Return what is wrong with the value of an enum field; None where it is documented or the field has no enum."""
    return None if not field.enum or value in field.enum else f"must be one of {', '.join(field.enum)}"


def format_problem(field: RequestField, value: Any) -> str | None:
    """Return what is wrong with the format of a value; None where it is right or the field has no format."""
    wrong = field.format == "date-time" and parse(value) is None
    return "must be a date and time as RFC 3339 has it" if wrong else None
