"""The fields of the contract's request and replies, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class RequestField:
    """A field of the request body.

    `examples` are plain values, the page's own first; `unusual` are values whose handling no page states;
    `never` are values close to documented ones that must be rejected.
    """

    name: str
    type: str
    required: bool
    enum: tuple[str, ...]
    format: str | None
    organisation: bool
    examples: tuple[Any, ...]
    unusual: tuple[Any, ...]
    never: tuple[str, ...]

    @property
    def is_free_text(self) -> bool:
        """Whether any text may stand in the field, for all that the contract says."""
        return self.type == "string" and not self.enum and self.format is None and not self.organisation


@dataclass(frozen=True, slots=True)
class ResponseField:
    """A documented field of a reply body; `path` leads to it from the top, without array positions.

    `echo` says how it must repeat the request's field of the same name: `exact`, `number`, `instant` or
    `instant-or-now`. `equals` is the only value allowed, with the level of that obligation.
    """

    path: tuple[str, ...]
    type: str
    required: bool
    enum: tuple[str, ...]
    format: str | None
    echo: str | None
    equals: Any
    equals_level: Literal["must", "should"] | None

    @property
    def only_repeats(self) -> bool:
        """Whether the field is only due where the request had it."""
        return self.echo is not None and not self.required

    @property
    def name(self) -> str:
        """The path as the vendor's page writes it, with dots."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class DocumentedResponse:
    """A documented reply: its status, the media type and schema of its body, and the body's fields."""

    status: int
    media_type: str
    schema: Mapping[str, Any]
    fields: tuple[ResponseField, ...]


def request_fields(schema: Mapping[str, Any]) -> tuple[RequestField, ...]:
    """Read the fields of a resolved request schema, in its order."""
    required = set(schema.get("required", ()))
    return tuple(
        RequestField(
            name=name,
            type=node["type"],
            required=name in required,
            enum=tuple(node.get("enum", ())),
            format=node.get("format"),
            organisation=node.get("x-organisation", False),
            examples=tuple(node.get("examples", ())) or tuple(node.get("enum", ())),
            unusual=tuple(node.get("x-unusual", ())),
            never=tuple(node.get("x-never", ())),
        )
        for name, node in schema["properties"].items()
    )


def response_fields(schema: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[ResponseField]:
    """Read the fields of a resolved reply schema and of the objects in it, parents first."""
    required = set(schema.get("required", ()))
    for name, node in schema.get("properties", {}).items():
        path = (*above, name)
        yield ResponseField(
            path=path,
            type=node["type"],
            required=name in required,
            enum=tuple(node.get("enum", ())),
            format=node.get("format"),
            echo=node.get("x-echo"),
            equals=node.get("x-equals"),
            equals_level=node.get("x-equals-level"),
        )
        if node["type"] == "object":
            yield from response_fields(node, path)
