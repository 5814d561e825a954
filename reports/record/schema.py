"""The schema of a record line, and the check of an event against it.

The check runs once for each event of a run, hence jsonschema-rs (about ten microseconds an exchange; the pure Python
validator takes half a millisecond), and one validator for each type, chosen by `type`, instead of trying all of them.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema_rs

from orders_conformance.reports.text import shortened, single_spaced

Event: TypeAlias = Mapping[str, Any]

_SCHEMA: Mapping[str, Any] = json.loads(Path(__file__).with_name("record.schema.json").read_text("utf-8"))
_LONGEST_FAULT = 300

EVENT_TYPES: tuple[str, ...] = tuple(branch["$ref"].rpartition("/")[2] for branch in _SCHEMA["oneOf"])
LEVELS: tuple[str, ...] = tuple(_SCHEMA["$defs"]["level"]["enum"])
VERDICTS: tuple[str, ...] = tuple(_SCHEMA["$defs"]["verdictName"]["enum"])


def fault(event: object) -> str | None:
    """Return in one line what makes `event` no valid record line; None when nothing does."""
    if not isinstance(event, dict):
        return "it is not a JSON object"
    kind = event.get("type")
    if kind not in EVENT_TYPES:
        return f"its type is unknown: {shortened(single_spaced(repr(kind)), _LONGEST_FAULT)}"
    try:
        _validate(kind, event)
    except jsonschema_rs.ValidationError as error:
        where = ".".join(str(step) for step in error.instance_path)
        return shortened(single_spaced(f"{kind}{'.' if where else ''}{where}: {error.message}"), _LONGEST_FAULT)
    except (TypeError, ValueError) as error:
        return shortened(single_spaced(f"{kind}: {error}"), _LONGEST_FAULT)
    return None


def _validate(kind: str, event: dict[str, Any]) -> None:
    try:
        _validator(kind).validate(event)
    except UnicodeEncodeError:
        # A server's text may hold lone surrogates, which jsonschema-rs cannot take: judge a copy that stands in.
        stand_in = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
        _validator(kind).validate(json.loads(stand_in))


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": _SCHEMA["$defs"]})
