"""Orders derived from others: with another instant, or with a fault."""

from __future__ import annotations

from datetime import timedelta

from orders_conformance.spec import date_time
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Order
from orders_conformance.strategies.values import dates


def with_instant_moved(
    orders: OrderFactory, order: Order, distance: timedelta, form: tuple[float | None, int] = (None, 0)
) -> Order:
    """Return an order whose instant is moved by `distance`, without other date-times, which would have to follow it.

    Without a distance, the same instant is written with the offset of `form`.
    """
    instant = date_time.parse(order[orders.instant])
    if instant is None:
        return order
    fields = orders.contract.fields
    others = {name: value for name, value in order.items() if fields[name].format is None}
    if not distance:
        return {**others, orders.instant: dates.rewritten(instant, form[0])}
    return {**others, orders.instant: dates.written(instant + distance, form)}


def with_fault(orders: OrderFactory, order: Order) -> Order:
    """Return an order with the same key that is invalid: a required field is missing."""
    keys = {orders.reference, orders.instant}
    required = next(field for field in orders.contract.fields.values() if field.required and field.name not in keys)
    return {name: value for name, value in order.items() if name != required.name}
