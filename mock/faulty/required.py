"""Faults in which fields are required."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import CONTRACT, add_server, plain_value
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()


class _FillsMissing(Service):
    """Accepts an order without a required field, with a default value."""

    field: ClassVar[str]

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        return (
            order if self.field in order else {**order, self.field: plain_value(self, self.contract.fields[self.field])}
        )


class _FillsNull(Service):
    """Accepts null for a required field, with a default value."""

    field: ClassVar[str]

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        if self.field in order and order[self.field] is None:
            order[self.field] = plain_value(self, self.contract.fields[self.field])
        return order


class _RequiresField(Service):
    """Rejects an order without an optional field."""

    field: ClassVar[str]

    def problem(self, field: RequestField, order: Mapping[str, Any]) -> str | None:
        missing = field.name == self.field and field.name not in order
        return "may not be null" if missing else super().problem(field, order)


for _field in CONTRACT.fields.values():
    _name = _field.name
    if _field.required:
        _doc = f"Accepts an order without {_name}, with a default value."
        add_server(SERVERS, _FillsMissing, f"Fills {_name}", _doc, (f"create/request/{_name}/required",), field=_name)
        _doc = f"Accepts null as {_name}, with a default value."
        add_server(SERVERS, _FillsNull, f"Fills null {_name}", _doc, (f"create/request/{_name}/null",), field=_name)
    else:
        _doc = f"Rejects an order without {_name}, which is optional."
        # paymentType and cardType depend on each other: either of them may be reported.
        _failed = "*Type" if _name.endswith("Type") else _name
        add_server(
            SERVERS, _RequiresField, f"Demands {_name}", _doc, (f"create/request/{_failed}/optional",), field=_name
        )


class _FillsMissingBeside(_FillsMissing):
    """Accepts an order without a required field where another field has a certain value."""

    beside: ClassVar[tuple[str, str]]

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        name, value = self.beside
        return super().normalise(order) if order.get(name) == value else Service.normalise(self, order)


for _name, _beside, _value in (
    ("price", "status", "SEARCHED"),
    ("currencyCode", "channel", "OFFLINE"),
    ("orderedAt", "status", "UNKNOWN"),
    ("referenceId", "paymentType", "Cash"),
):
    add_server(
        SERVERS,
        _FillsMissingBeside,
        f"fills {_name} beside {_value}",
        f"Accepts an order without {_name} where {_beside} is {_value}, with a default value.",
        (f"create/request/{_name}/required",),
        field=_name,
        beside=(_beside, _value),
    )


@SERVERS.add
class FillsEverything(Service):
    """Accepts an order without any required field, with default values."""

    breaks = ("create/request/*/required",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        required = [field for field in self.contract.fields.values() if field.required]
        return {field.name: plain_value(self, field) for field in required} | super().normalise(order)


@SERVERS.add
class TakesTwoWrongsForRight(Service):
    """Accepts an order that has more than one fault, with default values."""

    breaks = ("create/request/*/*",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        wrong = {problem.field for problem in self.problems(order)}
        if len(wrong) > 1:
            order |= {name: plain_value(self, self.contract.fields[name]) for name in wrong}
        return order


@SERVERS.add
class LooksAtFirstFieldOnly(Service):
    """Accepts faults in the second half of the fields, with default values."""

    breaks = ("create/request/*/*",)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        names = list(self.contract.fields)
        late = names[len(names) // 2 :]
        wrong = {problem.field for problem in self.problems(order)}
        return order | {name: plain_value(self, self.contract.fields[name]) for name in wrong if name in late}


class _FailsOn(Service):
    """Responds with 500 to some invalid or unusual orders."""

    def fails_on(self, order: dict[str, Any]) -> bool:
        raise NotImplementedError

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if self.fails_on(order):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)


@SERVERS.add
class StumblesOverNothing(_FailsOn):
    """Responds with 500 to an order without any field."""

    breaks = ("create/any/no-5xx",)

    def fails_on(self, order: dict[str, Any]) -> bool:
        return not order


@SERVERS.add
class StumblesOverMissingKey(_FailsOn):
    """Responds with 500 to an order without a reference."""

    breaks = ("create/any/no-5xx",)

    def fails_on(self, order: dict[str, Any]) -> bool:
        return self.reference_field not in order


@SERVERS.add
class StumblesOverNull(_FailsOn):
    """Responds with 500 to null for an optional field."""

    breaks = ("create/any/no-5xx",)

    def fails_on(self, order: dict[str, Any]) -> bool:
        return any(
            value is None and not self.contract.fields[name].required
            for name, value in order.items()
            if name in self.contract.fields
        )


@SERVERS.add
class StumblesOverUnknown(_FailsOn):
    """Responds with 500 to an undocumented property."""

    breaks = ("create/any/no-5xx",)

    def fails_on(self, order: dict[str, Any]) -> bool:
        return bool(order.keys() - self.contract.fields.keys())


@SERVERS.add
class StumblesOverTwoProblems(_FailsOn):
    """Responds with 500 to an order with two faults."""

    breaks = ("create/any/no-5xx",)

    def fails_on(self, order: dict[str, Any]) -> bool:
        return len(self.problems(self.normalise(order))) > 1
