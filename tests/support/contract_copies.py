"""Changed copies of the contract: the document is edited as a person edits the file, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from orders_conformance.spec.contract import DEFAULT_PATH
from orders_conformance.spec.references import with_whole_schemas


@cache
def _as_json() -> str:
    return json.dumps(with_whole_schemas(yaml.safe_load(DEFAULT_PATH.read_text(encoding="utf-8"))))


def document_copy() -> dict[str, Any]:
    """Copy the document; parts that the file writes once and uses twice are copied for each use."""
    copied: dict[str, Any] = json.loads(_as_json())
    return copied


def properties(document: Mapping[str, Any], schema: str) -> dict[str, Any]:
    """Look up the properties of a named schema."""
    found: dict[str, Any] = document["components"]["schemas"][schema]["properties"]
    return found


def request_and_reply(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Look up the properties of the order as it is sent, and as it is answered."""
    return properties(document, "NewOrder"), properties(document, "Order")


def places(node: Any, depth: int, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Enumerate the paths to every node of a document down to a depth, the root left out."""
    if depth == 0 or not isinstance(node, (dict, list)):
        return
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*above, key)
        yield from places(value, depth - 1, (*above, key))


def parent(document: Any, path: tuple[str | int, ...]) -> Any:
    """Look up what holds the last step of a path."""
    for step in path[:-1]:
        document = document[step]
    return document
