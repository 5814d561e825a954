"""Reading of JSON bodies by the choices of a server: names that occur twice, depth, half surrogate pairs."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.json_text import JsonError, read_json

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")

_Pairs = list[tuple[str, Any]]


def read_body(content: bytes, behaviour: Behaviour) -> Any:
    """Read one JSON document.

    Raises:
        JsonError: the content is not JSON, not UTF-8, or not accepted by the choices.

    """
    if behaviour.byte_order_mark_accepted:
        content = content.removeprefix(BOM_UTF8)
    value = read_json(content, unpaired=True, members=_OBJECTS[behaviour.repeated_names])
    try:
        return _checked(value, behaviour.deepest, behaviour.surrogates)
    except RecursionError as error:
        message = "is nested too deeply"
        raise JsonError(message) from error


def _checked(value: Any, deepest: int, surrogates: str) -> Any:
    if deepest <= 0 and isinstance(value, (dict, list)):
        message = "is nested too deeply"
        raise JsonError(message)
    match value:
        case str():
            return _without_halves(value, surrogates)
        case dict():
            return {
                _without_halves(name, surrogates): _checked(member, deepest - 1, surrogates)
                for name, member in value.items()
            }
        case list():
            return [_checked(member, deepest - 1, surrogates) for member in value]
        case _:
            return value


def _without_halves(text: str, surrogates: str) -> str:
    if surrogates == "kept" or not _HALF_A_PAIR.search(text):
        return text
    if surrogates == "rejected":
        message = "has half of a surrogate pair"
        raise JsonError(message)
    return _HALF_A_PAIR.sub(surrogates, text)


def _first(pairs: _Pairs) -> dict[str, Any]:
    return dict(reversed(pairs))


def _once(pairs: _Pairs) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "has a name that occurs twice"
        raise JsonError(message)
    return found


_OBJECTS: dict[str, Callable[[_Pairs], dict[str, Any]]] = {"last": dict, "first": _first, "rejected": _once}
