"""Faults in which fields the 201 response has and in their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, Altered, add_server
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.service import Result, Service

SERVERS = Catalogue()

_FIELDS = CONTRACT.responses[CONTRACT.extension.statuses.created].fields
_OTHER_TYPES = {"string": 7, "number": "7", "integer": "7", "object": [], "array": {}, "boolean": "true"}
_JSON_TYPES = {int: "a number", str: "a string", list: "an array", dict: "an object"}


def _changed(
    body: Mapping[str, Any], path: tuple[str, ...], change: Callable[[dict[str, Any], str], None]
) -> dict[str, Any]:
    """Return a copy of a body in which the object that holds the last name of a path is changed, if it exists."""
    copy = dict(body)
    inner = copy
    for name in path[:-1]:
        inner[name] = dict(inner[name])
        inner = inner[name]
    if path[-1] in inner:
        change(inner, path[-1])
    return copy


class _LeavesOut(Altered):
    """Omits a field."""

    path: ClassVar[tuple[str, ...]]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return _changed(body, self.path, lambda inner, name: inner.pop(name))


class _Replaces(Altered):
    """Replaces the value of a field."""

    path: ClassVar[tuple[str, ...]]
    value: ClassVar[Any]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return _changed(body, self.path, lambda inner, name: inner.update({name: self.value}))


class _NullIfAbsent(Altered):
    """Returns null for a field that the order does not have."""

    absent: ClassVar[str]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {self.absent: None} | body


for _field in _FIELDS:
    if _field.only_repeats:
        add_server(
            SERVERS,
            _NullIfAbsent,
            f"null for absent {_field.name}",
            f"Returns null for {_field.name} if the order does not have it.",
            (f"create/201/{_field.name}/left-out",),
            absent=_field.name,
        )
    _id = f"create/201/{'/'.join(_field.path)}"
    add_server(
        SERVERS,
        _LeavesOut,
        f"leaves out {_field.name}",
        f"Omits {_field.name}.",
        (f"{_id}/present",),
        path=_field.path,
    )
    _other = _OTHER_TYPES[_field.type]
    _doc = f"Returns {_field.name} as {_JSON_TYPES[type(_other)]}."
    add_server(
        SERVERS, _Replaces, f"{_field.name} of other type", _doc, (f"{_id}/type",), path=_field.path, value=_other
    )
    add_server(
        SERVERS,
        _Replaces,
        f"{_field.name} is null",
        f"Returns null for {_field.name}.",
        (f"{_id}/type",),
        path=_field.path,
        value=None,
    )
    if _field.echo in {"exact", "letters"}:
        _breaks = (f"{_id}/enum" if _field.enum else f"{_id}/echo",)
        add_server(
            SERVERS,
            _Replaces,
            f"{_field.name} is empty",
            f"Returns an empty {_field.name}.",
            _breaks,
            path=_field.path,
            value="",
        )


class _Swaps(Altered):
    """Returns two fields swapped."""

    fields: ClassVar[tuple[str, str]]

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        one, other = self.fields
        return body | {one: body[other], other: body[one]} if one in body and other in body else body


for _one, _other_name in (("paymentType", "cardType"), ("currencyCode", "pointOfSale"), ("referenceId", "pointOfSale")):
    add_server(
        SERVERS,
        _Swaps,
        f"swaps {_one} and {_other_name}",
        f"Returns {_one} and {_other_name} swapped.",
        (f"create/201/{_one}/echo", f"create/201/{_other_name}/echo"),
        fields=(_one, _other_name),
    )


@SERVERS.add
class WrapsOrder(Altered):
    """Returns the created order inside an envelope object."""

    breaks = ("create/201/*/present",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"data": body}


@SERVERS.add
class SnakeCase(Altered):
    """Writes field names in snake case."""

    breaks = ("create/201/*/present",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"".join(f"_{c.lower()}" if c.isupper() else c for c in name): value for name, value in body.items()}


@SERVERS.add
class IdentityOnly(Altered):
    """Returns ref and href of the created order only."""

    breaks = ("create/201/*/present",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: body[name] for name in (self.ref_field, self.link_field)}


@SERVERS.add
class ListsOfText(Altered):
    """Returns each list as text."""

    breaks = ("create/201/*/items/type",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: dict.fromkeys(value, "[]") if isinstance(value, dict) else value for name, value in body.items()}


@SERVERS.add
class ContactsOfText(Altered):
    """Returns contacts as an object whose items is a list of texts."""

    breaks = ("create/201/contacts/items/type",)

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"contacts": {"items": ["f7aabbca"]}}


@SERVERS.add
class ErrorInCreated(Service):
    """Responds with 201 and the body of an error."""

    breaks = ("create/201/*/present",)

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        return (
            write_json({"code": 500, "message": "failed"}).encode()
            if outcome == "created"
            else super().encode(outcome, body)
        )
