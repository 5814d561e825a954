"""Validates the lines of a record against their schema.

Every event of a run is validated, hence jsonschema-rs (about 10 microseconds for each exchange, where the pure Python
validator needs 500) and one validator for each value of `type`, instead of one that tries all of them.
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
    """Return in one line why `event` is not a valid record line; None where it is."""
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
        # Text of a server may have lone surrogates, which jsonschema-rs does not support: validate a copy without them.
        replaced = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
        _validator(kind).validate(json.loads(replaced))


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": _SCHEMA["$defs"]})
