"""Servers that read the names of fields in other letter case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, add_server
from orders_conformance.mock.service import Service

SERVERS = Catalogue()


class _ReadsName(Service):
    """Reads a field under further names; its own name comes first."""

    is_read: ClassVar[Callable[[str, str], bool]]

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        own = dict(order)
        for name, value in order.items():
            for field in self.contract.fields:
                if field not in order and type(self).is_read(name, field):
                    own[field] = value
        return super().normalise(own)


_REQUIRED = tuple(field.name for field in CONTRACT.fields.values() if field.required)
_ALL = ("create/request/*/name-case",)
add_server(
    SERVERS,
    _ReadsName,
    "reads names in any case",
    "Reads the names of fields in any letter case.",
    _ALL,
    is_read=staticmethod(lambda name, field: name.casefold() == field.casefold()),
)
add_server(
    SERVERS,
    _ReadsName,
    "reads Pascal case",
    "Reads the names of fields with a first letter in upper case too.",
    _ALL,
    is_read=staticmethod(lambda name, field: name == field[0].upper() + field[1:]),
)
add_server(
    SERVERS,
    _ReadsName,
    "reads names in any case but that of the key",
    "Reads the names of fields outside the key in any letter case.",
    tuple(f"create/request/{name}/name-case" for name in ("currencyCode", "price")),
    is_read=staticmethod(
        lambda name, field: name.casefold() == field.casefold() and field not in {"referenceId", "orderedAt"}
    ),
)
