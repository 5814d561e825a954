"""The fields of the contract's request and responses, as frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class RequestField:
    """A field of the request body.

    Attributes:
        name: the name of the property.
        type: its JSON type.
        required: whether an order must have it.
        enum: the documented values; empty where any value of the type is allowed.
        format: its JSON Schema format, if any.
        organisation: whether its values are defined by the organisation.
        examples: plain values, which must be accepted; the example of the vendor's page comes first.
        unusual: values of which it is not specified whether they are accepted.
        never: values close to documented ones that must be rejected.

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
        """Return whether the contract allows any text as the value of the field."""
        return self.type == "string" and not self.enum and self.format is None and not self.organisation


@dataclass(frozen=True, slots=True)
class ResponseField:
    """A documented field of a response body.

    Attributes:
        name: the path with dots, as the vendor's page writes it.
        path: the property names that lead to it from the top.
        type: its JSON type.
        required: whether each response must have it.
        enum: the documented values; empty where any value of the type is allowed.
        format: its JSON Schema format, if any.
        echo: how it must repeat the request's field of the same name: `exact`, `letters`, `number`,
            `instant` or `instant-or-now`; None where it need not.
        equals: the only value that is allowed; None where there are others.
        equals_level: the level of that requirement.

    """

    path: tuple[str, ...]
    type: str
    required: bool
    enum: tuple[str, ...]
    format: str | None
    echo: str | None
    equals: Any
    equals_level: Literal["must", "should"] | None
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Set the name, which is read for every response."""
        object.__setattr__(self, "name", ".".join(self.path))

    @property
    def only_repeats(self) -> bool:
        """Return whether the field is required only where the request had it."""
        return self.echo is not None and not self.required


@dataclass(frozen=True, slots=True)
class DocumentedResponse:
    """A documented response: its status, the media type and schema of its body, and the fields of the body."""

    status: int
    media_type: str
    schema: Mapping[str, Any]
    fields: tuple[ResponseField, ...]


def request_fields(schema: Mapping[str, Any]) -> tuple[RequestField, ...]:
    """Return the fields of a resolved request schema, in its order."""
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
    """Return the fields of a resolved response schema and of the objects in it, parents first."""
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
