"""Servers that overlook a fault of one field where another field has a certain value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server, plain_value
from orders_conformance.mock.service import Service

SERVERS = Catalogue()

_Order = Mapping[str, Any]


class _Forgives(Service):
    """Takes a plain value for a faulty one where a condition holds for the order."""

    field: ClassVar[str]
    condition: ClassVar[Callable[[_Order], bool]]
    is_forgiven: ClassVar[Callable[[_Order, str], bool]]

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        normal = super().normalise(order)
        field = self.contract.fields[self.field]
        if type(self).condition(normal) and self.problem(field, normal) and type(self).is_forgiven(normal, field.name):
            normal[field.name] = plain_value(self, field)
        return normal


def _is_missing(order: _Order, name: str) -> bool:
    return name not in order


def _is_text(order: _Order, name: str) -> bool:
    return isinstance(order.get(name), str)


def _is_number(order: _Order, name: str) -> bool:
    try:
        return isinstance(order.get(name), str) and Decimal(order[name]).is_finite()
    except InvalidOperation:
        return False


def _is_present(order: _Order, name: str) -> bool:
    return order.get(name) is not None


_FORGIVEN: tuple[tuple[str, str, Callable[[_Order], bool], Callable[[_Order, str], bool], str, str], ...] = (
    (
        "NumericTextOfFreeOrder",
        "price",
        lambda order: order.get("paymentType") != "Card",
        _is_number,
        "type",
        "Accepts a text of digits as the price of an order that is not paid by card.",
    ),
    (
        "PriceTextBesidePointOfSale",
        "price",
        lambda order: "pointOfSale" in order,
        _is_number,
        "type",
        "Accepts a text of digits as the price of an order with a point of sale.",
    ),
    (
        "AnyStatusWithoutChannel",
        "status",
        lambda order: "channel" not in order,
        _is_text,
        "enum",
        "Accepts any status of an order without a channel.",
    ),
    (
        "AnyChannelOfOpenOrder",
        "channel",
        lambda order: str(order.get("status", "")).endswith("PENDING"),
        _is_text,
        "enum",
        "Accepts any channel of an order whose status is pending.",
    ),
    (
        "AnyCreationByCash",
        "createdAt",
        lambda order: order.get("paymentType") == "Cash",
        _is_text,
        "format",
        "Accepts any text as createdAt of an order that is paid in cash.",
    ),
    (
        "AnyModificationWithoutCreation",
        "modifiedAt",
        lambda order: "createdAt" not in order,
        _is_text,
        "format",
        "Accepts any text as modifiedAt of an order without createdAt.",
    ),
    (
        "NoPriceWithoutCard",
        "price",
        lambda order: order.get("paymentType") != "Card" and "price" not in order,
        _is_missing,
        "required",
        "Accepts an order without a price that is not paid by card.",
    ),
    (
        "AnyCardTypeWithoutPointOfSale",
        "cardType",
        lambda order: "pointOfSale" not in order,
        _is_present,
        "type",
        "Accepts a card type of any JSON type without a point of sale.",
    ),
)
for _name, _field, _condition, _is_forgiven, _kind, _doc in _FORGIVEN:
    add_server(
        SERVERS,
        _Forgives,
        _name,
        _doc,
        (f"create/request/{_field}/{_kind}",),
        field=_field,
        condition=staticmethod(_condition),
        is_forgiven=staticmethod(_is_forgiven),
    )
