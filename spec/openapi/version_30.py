"""Schemas of OpenAPI 3.1 in the words of 3.0.

What 3.0 has no word for is left out, so that a schema may allow more than before, and never less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Keywords of a schema in 3.1 whose value is a schema, or a list or map of schemas.
_SCHEMA, _LISTS, _MAP = ("items", "not", "additionalProperties"), ("allOf", "anyOf", "oneOf"), ("properties",)
# Keywords of a schema that 3.0 has with the same meaning.
_SAME = frozenset(
    [
        "title",
        "multipleOf",
        "maximum",
        "minimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxProperties",
        "minProperties",
        "required",
        "enum",
        "description",
        "format",
        "default",
        "discriminator",
        "readOnly",
        "writeOnly",
        "xml",
        "externalDocs",
        "example",
        "deprecated",
    ]
)
# Those, and the ones that are written in other words.
_KNOWN = _SAME | {
    *_SCHEMA,
    *_LISTS,
    *_MAP,
    "type",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "const",
    "examples",
    "$comment",
}


def schema_30(schema: Any) -> dict[str, Any]:
    """Return a schema of 3.1 in the words of 3.0."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        reference = {"$ref": schema["$ref"]}
        return {"allOf": [reference], **schema_30(beside)} if beside else reference
    changed = {key: value for key, value in schema.items() if key in _SAME}
    changed |= {key: [schema_30(one) for one in schema[key]] for key in _LISTS if key in schema}
    changed |= {key: {name: schema_30(one) for name, one in schema[key].items()} for key in _MAP if key in schema}
    changed |= _other_schemas(schema)
    if "oneOf" in schema and not all(map(_is_known, schema["oneOf"])):
        changed["anyOf"] = changed.pop("oneOf")
    changed |= _type(schema, changed) | _limits(schema) | _values(schema)
    # People read the type first.
    return {key: changed[key] for key in ("type",) if key in changed} | changed


def _other_schemas(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords with one schema, but for those that would forbid more without their neighbours."""
    words: dict[str, Any] = {}
    if "items" in schema:
        words["items"] = {} if "prefixItems" in schema else schema_30(schema["items"])
    if "not" in schema and _is_known(schema["not"]):
        words["not"] = schema_30(schema["not"])
    if "additionalProperties" in schema and "patternProperties" not in schema:
        others = schema["additionalProperties"]
        words["additionalProperties"] = others if isinstance(others, bool) else schema_30(others)
    return words


def _is_known(schema: Any) -> bool:
    """Return whether 3.0 has a word for everything in a schema that restricts a value."""
    if isinstance(schema, bool):
        return True
    if not schema.keys() <= _KNOWN:
        return False
    below = [schema[key] for key in _SCHEMA if key in schema]
    below += [one for key in _LISTS for one in schema.get(key, ())]
    below += [one for key in _MAP for one in schema.get(key, {}).values()]
    return all(map(_is_known, below))


def _type(schema: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    listed = schema.get("type", [])
    types = [listed] if isinstance(listed, str) else list(listed)
    others = [one for one in types if one != "null"]
    words: dict[str, Any] = {}
    if len(others) == 1:
        words["type"] = others[0]
    elif others:
        choices: list[dict[str, Any]] = [{"type": one, **({"items": {}} if one == "array" else {})} for one in others]
        words["allOf"] = [*changed.get("allOf", ()), {"anyOf": choices}]
    if "null" in types:
        # In 3.0 `nullable` needs a type beside it.
        words |= {"nullable": True} if others else {"type": "string", "nullable": True, "enum": [None]}
    if words.get("type") == "array" and "items" not in schema:
        words["items"] = {}
    return words


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for exclusive, limit, tighter in (("exclusiveMinimum", "minimum", max), ("exclusiveMaximum", "maximum", min)):
        if exclusive in schema:
            value = schema[exclusive]
            if tighter(value, schema.get(limit, value)) == value:
                words |= {limit: value, exclusive: True}
    return words


def _values(schema: Mapping[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    if "const" in schema:
        words["enum"] = [schema["const"]]
    if schema.get("examples") and "example" not in schema:
        words["example"] = schema["examples"][0]
    if schema.get("contentEncoding") == "base64":
        words["format"] = "byte"
    return words
