"""References within the document of a contract, replaced by what they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT202012


def resolved(document: Mapping[str, Any], node: Any) -> Any:
    """Return a part of a document with its references replaced; recursive ones are not supported.

    Raises:
        referencing.exceptions.Unresolvable: a reference leads nowhere.
        ValueError: a reference leads back to where it stands.

    """
    resolver = Registry().with_resource("", DRAFT202012.create_resource(document)).resolver()

    def follow(node: Any, above: tuple[str, ...]) -> Any:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if reference in above:
                message = f"the reference {reference} leads back to itself"
                raise ValueError(message)
            if isinstance(reference, str):
                return follow(resolver.lookup(reference).contents, (*above, reference))
            return {key: follow(value, above) for key, value in node.items()}
        if isinstance(node, list):
            return [follow(value, above) for value in node]
        return node

    return follow(node, ())


def with_whole_schemas(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document whose named schemas have no reference to each other.

    The bodies of the operation go on to refer to their schemas. Libraries read more from such a document: schemathesis
    looks for examples and values at their limits in the schema itself, and not behind a reference.
    """
    components = document.get("components", {})
    schemas = {name: resolved(document, schema) for name, schema in components.get("schemas", {}).items()}
    whole: dict[str, Any] = {**document, "components": {**components, "schemas": schemas}}
    return whole
