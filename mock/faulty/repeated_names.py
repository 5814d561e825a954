"""Servers whose responses have a name twice in one object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, add_server
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.service import Result, Service

SERVERS = Catalogue()


class _RepeatsName(Service):
    """Writes the name `repeated` twice in the responses with one outcome; `where` leads to the object that has it."""

    outcome: ClassVar[Result]
    where: ClassVar[tuple[str, ...]] = ()
    repeated: ClassVar[str]
    first: ClassVar[Any] = None

    def encode(self, outcome: Result, body: Mapping[str, Any]) -> bytes:
        if outcome != self.outcome:
            return super().encode(outcome, body)
        inner: Any = body
        for name in self.where:
            inner = inner[name]
        before = inner[self.repeated] if self.first is None else self.first
        once = write_json(inner)
        twice = f"{{{write_json(self.repeated)}:{write_json(before)},{once[1:]}"
        return write_json(body).replace(once, twice, 1).encode()


_REPEATED: tuple[tuple[str, Result, tuple[str, ...], str, Any, str], ...] = (
    ("PriceTwice", "created", (), "price", None, "Returns the price of a created order twice."),
    ("TwoRefs", "created", (), "ref", "0", "Returns a ref of its own storage before the ref of a created order."),
    ("ItemsTwice", "created", ("contacts",), "items", None, "Returns the items of the contacts twice."),
    ("CodeTwice", "rejected", (), "code", None, "Returns the code of a rejection twice."),
    ("MessageTwice", "conflict", (), "message", "Conflict.", "Returns two messages for a duplicate."),
    ("StatusTwice", "unauthorized", (), "status", None, "Returns the status of a 401 response twice."),
)
for _name, _outcome, _where, _repeated, _first, _doc in _REPEATED:
    _status = getattr(CONTRACT.statuses, _outcome)
    add_server(
        SERVERS,
        _RepeatsName,
        _name,
        _doc,
        (f"create/{_status}/unique-names",),
        outcome=_outcome,
        where=_where,
        repeated=_repeated,
        first=_first,
    )
