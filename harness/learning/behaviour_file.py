"""Write and read `behaviour.toml`: what was learned, as switches that a person can read and change.

Texts of the target are values in it, never comments; comments name exchanges of the record.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema
import tomlkit
from tomlkit.items import Table

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.learning.lesson import Lesson
from orders_conformance.harness.learning.search import Switch
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.faults import FAULTS
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.json_text import JsonError, read_json, write_json
from orders_conformance.mock.learned.learned import (
    LITERAL,
    OUTCOMES,
    CreatedResponse,
    ErrorResponse,
    Learned,
    all_options,
    may_be_sent,
)
from orders_conformance.mock.learned.server import can_be_together
from orders_conformance.reports.text import clipped, visible_line
from orders_conformance.spec.contract import Contract

NAME = "behaviour.toml"

# TOML has no null: a date-time keeps what was sent.
_AS_SENT = "as sent"
_NOT_OBSERVED = "not observed"
_MOST_BYTES = 1024 * 1024
# Characters of a value in a message.
_LONGEST = 200
_HEADERS = {
    "type": "array",
    "items": {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 2,
        "maxItems": 2,
    },
}
_STATUS = {"type": "integer", "minimum": 200, "maximum": 599}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_ERROR = {
    "type": "object",
    "properties": {
        "status": _STATUS,
        "headers": _HEADERS,
        "body": {"type": "string"},
        "messages": {"type": "object", "additionalProperties": _TEXTS},
    },
    "required": ["status", "headers", "body"],
    "additionalProperties": False,
}
_CREATED = {
    "type": "object",
    "properties": {"status": _STATUS, "headers": _HEADERS, "more": {"type": "string"}},
    "required": ["status", "headers"],
    "additionalProperties": False,
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "organisation": _TEXTS,
        "switches": {"type": "object"},
        "deviations": _TEXTS,
        "responses": {
            "type": "object",
            "properties": {"created": _CREATED, **dict.fromkeys(OUTCOMES, _ERROR)},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


def written(lesson: Lesson) -> str:
    """Return what was learned as TOML."""
    document = tomlkit.document()
    observed = sum(one.shown_by is not None for one in lesson.switches)
    for line in (
        f"Learned from {lesson.source}; orders-conformance serve --behaviour reads it.",
        f"Of {len(lesson.switches)} switches {observed} were observed; behind each stands the exchange of the record",
        "that showed it. The others are the embedded server's own.",
        f"A server of this behaviour responds with another status to {len(lesson.unlike)} of {lesson.compared} requests"
        + (f": {', '.join(lesson.unlike)}." if lesson.unlike else "."),
    ):
        document.add(tomlkit.comment(visible_line(line)))
    document.add("organisation", _table(lesson.learned.organisation))
    switches = tomlkit.table()
    for one in lesson.switches:
        switches.add(one.name, _item(one.value).comment(visible_line(_remark(one))))
    document.add("switches", switches)
    deviations = tomlkit.table()
    for name, exchange in lesson.faults.items():
        what = (CATALOGUE[name].__doc__ or name).splitlines()[0]
        deviations.add(name, _item(what).comment(visible_line(exchange)))
    if lesson.faults:
        document.add("deviations", deviations)
    responses = tomlkit.table()
    for outcome in ("created", *OUTCOMES):
        if outcome in lesson.shown_by:
            responses.add(outcome, _response(lesson, outcome))
        else:
            responses.add(tomlkit.comment(f"{outcome}: {_NOT_OBSERVED}"))
    document.add("responses", responses)
    return tomlkit.dumps(document)


def _remark(switch: Switch) -> str:
    if switch.shown_by is None:
        return _NOT_OBSERVED
    others = ", ".join(str(_item(one).unwrap()) for one in switch.not_told_from)
    return switch.shown_by + (f"; not told from {others}" if others else "")


def _response(lesson: Lesson, outcome: str) -> Table:
    table = tomlkit.table()
    seen = lesson.learned.created if outcome == "created" else lesson.learned.errors[outcome]
    assert seen is not None  # noqa: S101 - it was shown
    table.add("status", _item(seen.status).comment(visible_line(lesson.shown_by[outcome])))
    headers = tomlkit.array()
    for header in seen.headers:
        headers.append(list(header))
    table.add("headers", headers)
    if isinstance(seen, CreatedResponse):
        table.add("more", _json(write_json(seen.more)))
        return table
    table.add("body", _json(seen.body))
    messages = tomlkit.table()
    for name, templates in seen.messages.items():
        messages.add(name, _table(templates))
    if seen.messages:
        table.add("messages", messages)
    return table


def _json(text: str) -> Any:
    """Return a text in single quotes, which need no escapes, if it can be written so."""
    return tomlkit.string(text, literal=text.isprintable() and "'" not in text)


def _table(texts: Mapping[str, str]) -> Table:
    table = tomlkit.table()
    for name, text in texts.items():
        table.add(tomlkit.key(name) if name else tomlkit.items.SingleKey("", tomlkit.items.KeyType.Basic), text)
    return table


def _item(value: Any) -> Any:
    return tomlkit.item(_AS_SENT if value is None else list(value) if isinstance(value, tuple) else value)


def read_behaviour(path: Path, contract: Contract) -> Learned:
    """Read a behaviour file.

    Raises:
        InvalidInputError: it cannot be read, or says something that no server can do.

    """
    try:
        content = path.read_bytes()[: _MOST_BYTES + 1]
        value = tomllib.loads(content.decode() if len(content) <= _MOST_BYTES else "= too long")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error) or "it is nested too deeply"
        message = f"the behaviour {str(path)!r} cannot be read ({reason}): mend it, or write it again with learn"
        raise InvalidInputError(message) from None
    try:
        return _learned(value, contract)
    except _InvalidBehaviourError as error:
        message = f"{str(path)!r}: {error}"
        raise InvalidInputError(message) from None


class _InvalidBehaviourError(Exception):
    """Something in a behaviour file is not valid."""


def _learned(value: Mapping[str, Any], contract: Contract) -> Learned:
    fault = next(iter(jsonschema.Draft202012Validator(_SCHEMA).iter_errors(value)), None)
    if fault is not None:
        place = ".".join(map(str, fault.absolute_path)) or "the file"
        message = f"{clipped(place, _LONGEST)}: {clipped(fault.message, _LONGEST)}: write it as learn does"
        raise _InvalidBehaviourError(message)
    own = {field.name for field in contract.fields.values() if field.organisation}
    for name in value.get("organisation", {}):
        if name not in own:
            message = f"an organisation defines no {_quoted(name)}: {nearest(name, own)}"
            raise _InvalidBehaviourError(message)
    faults = tuple(value.get("deviations", {}))
    for name in faults:
        if name not in FAULTS:
            message = f"there is no deviation {_quoted(name)}: {nearest(name, FAULTS)}"
            raise _InvalidBehaviourError(message)
    if not can_be_together(faults):
        message = f"one server cannot have all these deviations: {', '.join(faults)}: leave some of them out"
        raise _InvalidBehaviourError(message)
    responses = value.get("responses", {})
    created = responses.get("created")
    return Learned(
        behaviour=Behaviour(**dict(_switch(name, given) for name, given in value.get("switches", {}).items())),
        created=created and CreatedResponse(created["status"], _headers(created), _more(created.get("more", "{}"))),
        errors={
            outcome: ErrorResponse(seen["status"], _headers(seen), seen["body"], seen.get("messages", {}))
            for outcome, seen in responses.items()
            if outcome != "created"
        },
        organisation=value.get("organisation", {}),
        faults=faults,
    )


def _quoted(value: Any) -> str:
    """Return a value of the file for a message, with the beginning of a long one."""
    return clipped(repr(value), _LONGEST)


def _switch(name: str, given: Any) -> tuple[str, Any]:
    options = all_options().get(name)
    if options is None:
        known = (one.name for one in fields(Behaviour))
        message = f"there is no switch {_quoted(name)}: {nearest(name, known)}"
        raise _InvalidBehaviourError(message)
    value = None if given == _AS_SENT and None in options else tuple(given) if isinstance(given, list) else given
    for one in options:
        if value == one and isinstance(value, bool) is isinstance(one, bool):
            # 9.0 equals 9, and not every number may have a point.
            return name, one
    if _is_like(value, options) or (name in LITERAL and isinstance(value, str)):
        return name, value
    listed = ", ".join(write_json(_item(one).unwrap()) for one in options)
    message = f"the switch {name} cannot be {_quoted(given)}: use one of {listed}"
    raise _InvalidBehaviourError(message)


def _is_like(value: Any, options: tuple[Any, ...]) -> bool:
    """Return whether a value is a number between those of the options, or an ascending list of so many of them."""
    if isinstance(value, tuple):
        listed = all(isinstance(one, tuple) and len(one) == len(value) for one in options)
        numbers = tuple(chain.from_iterable(options)) if listed else ()
        return all(_is_between(one, numbers) for one in value) and list(value) == sorted(value)
    return _is_between(value, tuple(one for one in options if one is not None))


def _is_between(value: Any, numbers: Sequence[Any]) -> bool:
    """Return whether a value is a number from 0 to the largest of some numbers, whole where they are.

    Where one of them is negative, it may be as far below 0.
    """
    if not numbers or not _is_number(value) or not all(map(_is_number, numbers)):
        return False
    whole = all(isinstance(one, int) for one in numbers)
    most, least = max(map(abs, numbers)), -max(map(abs, numbers)) if min(numbers) < 0 else 0
    return (isinstance(value, int) or not whole) and least <= value <= most


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _headers(seen: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    for name, text in seen["headers"]:
        if not may_be_sent(name, text):
            message = f"a server cannot send the header {_quoted(name)} with that value: leave it out"
            raise _InvalidBehaviourError(message)
    return tuple((name, text) for name, text in seen["headers"])


def _more(text: str) -> Mapping[str, Any]:
    try:
        value = read_json(text.encode())
    except (JsonError, UnicodeEncodeError):
        value = None
    if not isinstance(value, dict):
        message = f"responses.created.more is {_quoted(text)}: write a JSON object in quotes, such as '{{}}'"
        raise _InvalidBehaviourError(message)
    return value
