"""Orders derived from others: with another instant, or with a fault."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, timedelta

from orders_conformance.spec import date_time
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Order
from orders_conformance.strategies.values import dates

# Characters of a text that many databases cannot store in a column.
_LONG = 300
_FRACTION = re.compile(r"\.\d+")


def with_instant_moved(
    orders: OrderFactory, order: Order, distance: timedelta, form: tuple[float | None, int] = (None, 0)
) -> Order:
    """Return an order whose instant is moved by `distance`, without other date-times, which would have to follow it.

    Without a distance, the same instant is written in `form`.
    """
    instant = date_time.parse(order[orders.instant])
    if instant is None:
        return order
    fields = orders.contract.fields
    others = {name: value for name, value in order.items() if fields[name].format is None}
    if not distance:
        return {**others, orders.instant: dates.rewritten(instant, form)}
    return {**others, orders.instant: dates.written(instant + distance, form)}


def with_plain_instants(order: Order, offsets: Collection[str], fractions: Collection[str]) -> Order:
    """Return an order whose date-times in some fields are in plain forms; the order itself where they are.

    Args:
        order: the order.
        offsets: the fields that are written without an offset: the same instant with Z.
        fractions: the fields that are written in whole seconds.

    """
    in_utc = {name: _in_utc(value) if name in offsets else value for name, value in order.items()}
    plain = {name: _in_whole_seconds(value) if name in fractions else value for name, value in in_utc.items()}
    return order if plain == order else plain


def _in_utc(value: object) -> object:
    instant = date_time.parse(value)
    if instant is None or not isinstance(value, str) or value.endswith("Z"):
        return value
    fraction = _FRACTION.search(value)
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{fraction[0] if fraction else ''}Z"


def _in_whole_seconds(value: object) -> object:
    return _FRACTION.sub("", value) if isinstance(value, str) and date_time.parse(value) else value


def with_fault(orders: OrderFactory, order: Order, place: int = 0) -> Order:
    """Return an order with the same key that is invalid: the required field at `place`, outside the key, is missing."""
    keys = {orders.reference, orders.instant}
    required = [field for field in orders.contract.fields.values() if field.required and field.name not in keys]
    missing = required[place % len(required)].name
    return {name: value for name, value in order.items() if name != missing}


def renamed(order: Order, names: Mapping[str, str]) -> Order:
    """Return an order in which fields have other names."""
    return {names.get(name, name): value for name, value in order.items()}


def with_one_field_changed(orders: OrderFactory, order: Order) -> Iterator[tuple[str, Order]]:
    """Enumerate orders with the same key, each with one other field changed; with the name of each change.

    First comes another plain value of each field, or another value than the organisation's own; then the absence of
    each optional field, and an unusual value of each other one.
    """
    keys = {orders.reference, orders.instant}
    fields = [field for field in orders.contract.fields.values() if field.name not in keys]
    other = orders.other(order)
    for field in fields:
        value = field.unusual[0] if field.organisation else other.get(field.name)
        if value is None:
            yield f"{field.name}/removed", {name: kept for name, kept in order.items() if name != field.name}
        else:
            yield f"{field.name}/other", {**order, field.name: value}
    for field in fields:
        if field.type == "number" or field.required:
            yield f"{field.name}/unusual", {**order, field.name: field.unusual[-1]}
        elif field.is_free_text:
            yield f"{field.name}/long", {**order, field.name: "x" * _LONG}
        elif field.name in order:
            yield f"{field.name}/removed", {name: kept for name, kept in order.items() if name != field.name}
