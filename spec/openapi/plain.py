"""Plain copies of the contract's document: OpenAPI without extensions, for programs that know OpenAPI only.

The copy of OpenAPI 3.0 says the same in its words. What 3.0 has no word for is left out, so that the copy may allow
more than the contract, and never less.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import yaml

from orders_conformance.spec.contract import ContractError, openapi_problem
from orders_conformance.spec.openapi.version_30 import schema_30

# Keywords whose value is a map from names of the document's author: those names are no keywords.
_MAPS = frozenset(
    [
        "callbacks",
        "content",
        "dependentSchemas",
        "encoding",
        "headers",
        "links",
        "mapping",
        "parameters",
        "pathItems",
        "paths",
        "patternProperties",
        "properties",
        "requestBodies",
        "responses",
        "schemas",
        "scopes",
        "securitySchemes",
        "variables",
        "webhooks",
        "$defs",
    ]
)
# Keywords whose value is data of the API.
_DATA = frozenset(("const", "default", "enum", "example", "value"))


class Format(StrEnum):
    """A version of OpenAPI that a copy can be written in."""

    V30 = "openapi-3.0"
    V31 = "openapi-3.1"


def plain_copy(document: Mapping[str, Any], version: Format) -> dict[str, Any]:
    """Return a copy of a document without extensions.

    Raises:
        ContractError: the copy would not be valid OpenAPI of the version.

    """
    copied: dict[str, Any] = _with_schemas(_without_extensions(document), _equal_to_const)
    if version is Format.V30:
        copied = _with_schemas(copied, schema_30)
        copied = {key: value for key, value in copied.items() if key not in {"webhooks", "jsonSchemaDialect"}}
        copied["openapi"] = "3.0.3"
        copied["info"] = {key: value for key, value in copied["info"].items() if key != "summary"}
        copied.get("components", {}).pop("pathItems", None)
    _check(copied, version)
    return copied


def as_yaml(document: Mapping[str, Any]) -> str:
    """Return a document as YAML, in its order and without aliases."""
    return yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, allow_unicode=True, width=120)


def _check(document: Mapping[str, Any], version: Format) -> None:
    problem = openapi_problem(document, version.removeprefix("openapi-"))
    if problem is not None:
        message = f"it cannot be written as {version}: {problem}: take another --format"
        raise ContractError(message)


def _without_extensions(node: Any, *, names: bool = False) -> Any:
    if isinstance(node, Mapping):
        return dict(_members_without_extensions(node, names=names))
    return [_without_extensions(one) for one in node] if isinstance(node, list) else node


def _members_without_extensions(node: Mapping[str, Any], *, names: bool) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if names:
            yield key, _without_extensions(value)
        elif key in _DATA or (key == "examples" and isinstance(value, list)):
            yield key, value
        elif key == "examples":
            yield key, {name: _without_extensions(example) for name, example in value.items()}
        # The value that a field must have is an extension here, since it is judged apart from its type.
        elif not key.startswith("x-") or key in {"x-equals", "x-equals-level"}:
            yield key, _without_extensions(value, names=key in _MAPS)


def _with_schemas(node: Any, change: Callable[[Any], Any], *, names: bool = False) -> Any:
    """Return a part of a document with each schema changed, where OpenAPI has schemas."""
    if isinstance(node, list):
        return [_with_schemas(one, change) for one in node]
    if not isinstance(node, Mapping):
        return node
    changed: dict[str, Any] = {}
    for key, value in node.items():
        if not names and key == "schema":
            changed[key] = change(value)
        elif not names and key == "schemas":
            changed[key] = {name: change(schema) for name, schema in value.items()}
        elif not names and key in {*_DATA, "examples"}:
            changed[key] = value
        else:
            changed[key] = _with_schemas(value, change, names=not names and key in _MAPS)
    return changed


def _equal_to_const(schema: Any) -> Any:
    """Return a schema in which a value that must be is a `const`; one that should be is left to the example."""
    if isinstance(schema, list):
        return [_equal_to_const(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    changed = {
        key: value
        if key in _DATA or key == "examples"
        else {name: _equal_to_const(one) for name, one in value.items()}
        if key in _MAPS
        else _equal_to_const(value)
        for key, value in schema.items()
        if key not in {"x-equals", "x-equals-level"}
    }
    if schema.get("x-equals-level") == "must":
        changed["const"] = schema["x-equals"]
    return changed
