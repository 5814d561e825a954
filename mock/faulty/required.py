"""Faults in which fields an order must have, and which it need not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, of_row, plain_value
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()


class _Fills(Service):
    """Fills in a field that the order does not have."""

    field: ClassVar[str]

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        return (
            order if self.field in order else {**order, self.field: plain_value(self, self.contract.fields[self.field])}
        )


class _FillsNull(Service):
    """Fills in a field that is null."""

    field: ClassVar[str]

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        if self.field in order and order[self.field] is None:
            order[self.field] = plain_value(self, self.contract.fields[self.field])
        return order


class _Demands(Service):
    """Demands a field that is optional."""

    field: ClassVar[str]

    def problem(self, field: RequestField, order: Mapping[str, Any]) -> str | None:
        missing = field.name == self.field and field.name not in order
        return "may not be null" if missing else super().problem(field, order)


for _field in CONTRACT.fields.values():
    _name = _field.name
    if _field.required:
        _lie = f"Fills in {_name} where it is missing."
        of_row(SERVERS, _Fills, f"Fills {_name}", _lie, (f"create/request/{_name}/required",), field=_name)
        _lie = f"Fills in {_name} where it is null."
        of_row(SERVERS, _FillsNull, f"Fills null {_name}", _lie, (f"create/request/{_name}/null",), field=_name)
    else:
        _lie = f"Demands {_name}, which is optional."
        # The type of payment and that of the card come together.
        _blamed = "*Type" if _name.endswith("Type") else _name
        of_row(SERVERS, _Demands, f"Demands {_name}", _lie, (f"create/request/{_blamed}/optional",), field=_name)


@SERVERS.add
class FillsEverything(Service):
    """Fills in whatever is missing."""

    breaks = ("create/request/*/required",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        required = [field for field in self.contract.fields.values() if field.required]
        return {field.name: plain_value(self, field) for field in required} | super().normalise(order)


@SERVERS.add
class TakesTwoWrongsForRight(Service):
    """Mends an order that has more than one thing wrong, instead of refusing it."""

    breaks = ("create/request/*/*",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        wrong = {problem.field for problem in self.problems(order)}
        if len(wrong) > 1:
            order |= {name: plain_value(self, self.contract.fields[name]) for name in wrong}
        return order


@SERVERS.add
class LooksAtFirstFieldOnly(Service):
    """Mends the second half of the fields if the first half is in order."""

    breaks = ("create/request/*/*",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        names = list(self.contract.fields)
        late = names[len(names) // 2 :]
        wrong = {problem.field for problem in self.problems(order)}
        return order | {name: plain_value(self, self.contract.fields[name]) for name in wrong if name in late}


class _Stumbles(Service):
    """Fails on some orders that are wrong, or unusual."""

    def stumbles(self, order: dict[str, Any]) -> bool:
        raise NotImplementedError

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if self.stumbles(order):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)


@SERVERS.add
class StumblesOverNothing(_Stumbles):
    """Fails on an order without any field."""

    breaks = ("create/any/no-5xx",)

    def stumbles(self, order: dict[str, Any]) -> bool:
        return not order


@SERVERS.add
class StumblesOverMissingKey(_Stumbles):
    """Fails on an order without a reference."""

    breaks = ("create/any/no-5xx",)

    def stumbles(self, order: dict[str, Any]) -> bool:
        return self.reference_field not in order


@SERVERS.add
class StumblesOverNull(_Stumbles):
    """Fails on null for an optional field."""

    breaks = ("create/any/no-5xx",)

    def stumbles(self, order: dict[str, Any]) -> bool:
        return any(
            value is None and not self.contract.fields[name].required
            for name, value in order.items()
            if name in self.contract.fields
        )


@SERVERS.add
class StumblesOverUnknown(_Stumbles):
    """Fails on a property that is not documented."""

    breaks = ("create/any/no-5xx",)

    def stumbles(self, order: dict[str, Any]) -> bool:
        return bool(order.keys() - self.contract.fields.keys())


@SERVERS.add
class StumblesOverTwoProblems(_Stumbles):
    """Fails on an order with two things wrong."""

    breaks = ("create/any/no-5xx",)

    def stumbles(self, order: dict[str, Any]) -> bool:
        return len(self.problems(self.normalise(order))) > 1
