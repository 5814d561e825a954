"""JSON without loss of digits: a number with a fraction or an exponent is read as `Decimal`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, NoReturn


class JsonError(ValueError):
    """The bytes are not one JSON document in UTF-8; the message completes "The body ..."."""


def read_json(content: bytes) -> Any:
    """Read one JSON document.

    Raises:
        JsonError: the content is not JSON by RFC 8259, or not UTF-8.

    """
    try:
        text = content.decode("utf-8")
        value = json.loads(text, parse_float=Decimal, parse_constant=_reject_constant)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeDecodeError as error:
        message = "is not UTF-8"
        raise JsonError(message) from error
    except UnicodeEncodeError as error:
        message = "has half of a surrogate pair"
        raise JsonError(message) from error
    except RecursionError as error:
        message = "is nested too deeply"
        raise JsonError(message) from error
    except (ArithmeticError, ValueError) as error:
        message = "is not JSON"
        raise JsonError(message) from error
    return value


def write_json(value: Any) -> str:
    """Write a value as JSON text without white space.

    Raises:
        TypeError: the value has no JSON form.

    """
    match value:
        case str():
            return encode_basestring(value)
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int() | float() | Decimal():
            return str(value)
        case Mapping():
            return (
                "{" + ",".join(f"{encode_basestring(key)}:{write_json(member)}" for key, member in value.items()) + "}"
            )
        case Sequence():
            return "[" + ",".join(map(write_json, value)) + "]"
        case _:
            message = f"{type(value).__name__} has no JSON form"
            raise TypeError(message)


def _reject_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise JsonError(message)
