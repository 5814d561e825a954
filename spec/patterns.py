"""The keyword `pattern` of JSON Schema, matched in time that grows with the text only.

A contract may have any pattern, and a server sends any text: the expressions of Python take time without bound for some
of them. The ones of `jsonschema-rs` do not, and leave out what would need it: lookaround and references back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import ValidationError


class PatternError(Exception):
    """A pattern cannot be matched in bounded time, or is none; the message is the pattern."""


@cache
def _matcher(pattern: str) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions())
    except (jsonschema_rs.ValidationError, ValueError):
        raise PatternError(pattern) from None


def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern matches somewhere in a text; half a surrogate pair counts as U+FFFD.

    Raises:
        PatternError: the pattern cannot be used.

    """
    return _matcher(pattern).is_valid(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def violations(_validator: Any, pattern: str, instance: Any, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Yield the error of a text that does not match: the keyword for a validator of `jsonschema`."""
    if isinstance(instance, str) and not matches(pattern, instance):
        yield ValidationError(f"the text does not match {pattern!r}")


def unusable(document: Any) -> str | None:
    """Return the first pattern of a document that cannot be used; None if it has none."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            pattern = node.get("pattern")
            try:
                _ = isinstance(pattern, str) and _matcher(pattern)
            except PatternError as error:
                return str(error)
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return None
