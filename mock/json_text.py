"""JSON without loss of digits: a number with a fraction or an exponent is read as `Decimal`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, NoReturn, Self

_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonError(ValueError):
    """The bytes are not one JSON document in UTF-8; the message completes "The body ..."."""


class NumberText(Decimal):
    """A number that is written as the text that it was made of."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Make the number of a text in JSON's notation."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def read_json(
    content: bytes, *, unpaired: bool = False, members: Callable[[list[tuple[str, Any]]], dict[str, Any]] = dict
) -> Any:
    """Read one JSON document.

    Args:
        content: the document.
        unpaired: whether texts may have halves of surrogate pairs.
        members: makes an object of the pairs of name and value in it; it may raise `JsonError`.

    Raises:
        JsonError: the content is not JSON by RFC 8259, or not UTF-8.

    """
    try:
        text = content.decode("utf-8")
        value = json.loads(text, parse_float=Decimal, parse_constant=_reject_constant, object_pairs_hook=members)
        if not unpaired and "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except JsonError:
        raise
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
            return _text(value)
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int() | float() | Decimal():
            return str(value)
        case Mapping():
            return "{" + ",".join(f"{_text(key)}:{write_json(member)}" for key, member in value.items()) + "}"
        case Sequence():
            return "[" + ",".join(map(write_json, value)) + "]"
        case _:
            message = f"{type(value).__name__} has no JSON form"
            raise TypeError(message)


def _text(value: str) -> str:
    """Return a text in quotes; halves of surrogate pairs, which UTF-8 does not have, are written as escapes."""
    written = encode_basestring(value)
    return written if written.isascii() else _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _reject_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise JsonError(message)
