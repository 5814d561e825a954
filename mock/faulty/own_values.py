"""Faults in which values that are the server's own are taken from the request, or null becomes a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, add_server
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _TakesFromRequest(Service):
    """Returns what the request has in a field that only a response should have."""

    field: ClassVar[str]

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        given = {self.field: order[self.field]} if self.field in order else {}
        order = self.normalise(order)
        self.check(order)
        record = self.created(order, request) | given
        if self.ref_field in given and isinstance(given[self.ref_field], str):
            record[self.link_field] = self.link(given[self.ref_field], request)
        stored = self.store(order, record | {self.ref_field: self.new_ref(order)}, request)
        if not stored:
            raise self.conflict(order)
        return self.respond("created", record, request)


_IDENTITY = CONTRACT.extension.identity
for _field in CONTRACT.responses[CONTRACT.extension.statuses.created].fields:
    if len(_field.path) == 1 and _field.name not in CONTRACT.fields:
        _own = _field.name in {_IDENTITY.reference, _IDENTITY.link}
        add_server(
            SERVERS,
            _TakesFromRequest,
            f"takes {_field.name} from request",
            f"Takes {_field.name} from the request.",
            (f"create/201/{_field.name}/{'unique' if _own else 'type'}",),
            field=_field.name,
        )


@SERVERS.add
class WritesNullAsText(Service):
    """Accepts null in an optional text field and stores it as a text."""

    breaks = ("create/201/*/echo",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        return super().normalise({name: self._text(name, value, order) for name, value in order.items()})

    def _text(self, name: str, value: Any, order: Mapping[str, Any]) -> Any:
        field = self.contract.fields.get(name)
        optional = field is not None and not (field.required or field.enum or field.format)
        return "null" if optional and order[name] is None else value
