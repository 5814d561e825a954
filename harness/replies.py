"""Judging the body of a reply by the contract's schema of its status."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from harness.classification import Classification
from harness.evidence import Evidence, excerpt, weighed
from harness.exchange import Reply
from spec import fields, instants
from spec.contract import Contract


class ReplyJudge:
    """Judges media type, JSON, presence, types, enums, formats and fixed values of documented replies."""

    def __init__(self, contract: Contract) -> None:
        """Prepare a validator for each documented field of each reply."""
        self._contract = contract
        self._fields = {
            status: [(field, _validator(_schema_at(reply.schema, field.path))) for field in reply.fields]
            for status, reply in contract.replies.items()
        }

    def judge(self, reply: Reply, seen: Classification) -> tuple[Mapping[str, Any] | None, list[Evidence]]:
        """Judge a reply whose status the contract documents with a body.

        Args:
            reply: what came back.
            seen: the request; it says which optional fields must come back.

        Returns:
            The body where it is an object, and the evidence.

        """
        status = str(reply.status)
        media = reply.headers.get("content-type", "")
        expected = self._contract.replies[reply.status].media_type
        evidence = [
            weighed(
                ("media_type", status),
                lambda: (f"Content-Type: {expected}", f"Content-Type: {media}" if media else "no Content-Type"),
                held=_media_type(reply) == expected,
            )
        ]
        body = read_object(reply.body)
        evidence.append(
            weighed(("object", status), lambda: ("a JSON object", excerpt(reply.body)), held=body is not None)
        )
        if body is not None:
            sent = seen.plainly_sent()
            for field, validator in self._fields[reply.status]:
                evidence += self._field(status, field, validator, body, sent)
        return body, evidence

    def _field(
        self,
        status: str,
        field: fields.ReplyField,
        validator: Validator,
        body: Mapping[str, Any],
        sent: Mapping[str, Any],
    ) -> Iterator[Evidence]:
        present, value = _value_at(body, field.path)
        if present is None:
            return
        repeated = field.only_repeats
        presence = "present_when_sent" if repeated else "present"
        was_sent = sent.get(field.path[0]) is not None
        if not present or (value is None and repeated and not was_sent):
            # A field that was not sent may be missing, or null, in the answer.
            if not repeated or was_sent:
                yield Evidence(
                    (presence, status, field.name), held=False, expected=f"{field.name}", observed="no such field"
                )
            return
        if was_sent or not repeated:
            yield Evidence((presence, status, field.name), held=True)
        failed = {error.validator for error in validator.iter_errors(value)}
        typed = failed <= {"enum", "format"}

        def shown(expected: str) -> Callable[[], tuple[str, str]]:
            return lambda: (expected, f"{field.name}: {excerpt(value)}")

        yield weighed(("reply_type", status, field.name), shown(f"a {field.type}"), held=typed)
        if not typed:
            return
        if field.enum:
            shown_enum = shown(f"one of {', '.join(field.enum)}")
            yield weighed(("reply_enum", status, field.name), shown_enum, held="enum" not in failed)
        if field.format:
            yield weighed(("reply_format", status, field.name), shown(field.format), held=_FORMATS[field.format](value))
        if field.equals is not None:
            equals = shown(f"{field.name}: {field.equals}")
            yield weighed(("equals", status, field.name), equals, held=value == field.equals)


def is_damaged(reply: Reply, contract: Contract) -> bool:
    """Whether a documented answer says that it is JSON and is not: the wire may have cut it, or the server wrote it.

    Where only the end of a connection tells the length of an answer, nothing else shows that some of it is missing.
    """
    documented = contract.replies.get(reply.status)
    if documented is None or _media_type(reply) != documented.media_type:
        return False
    try:
        json.loads(reply.body)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


def _media_type(reply: Reply) -> str:
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_object(body: bytes) -> Mapping[str, Any] | None:
    """Read a JSON object, its numbers as decimals; None where the bytes are none."""
    try:
        value = json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(text: str) -> float:
    message = f"{text} is not JSON"
    raise ValueError(message)


def _is_uri(value: str) -> bool:
    scheme, separator, rest = value.partition("://")
    return (
        bool(separator)
        and scheme.lower() in {"http", "https"}
        and bool(rest)
        and value.isprintable()
        and " " not in value
    )


_FORMATS = {"date-time": lambda value: instants.parse(value) is not None, "uri": _is_uri}


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
