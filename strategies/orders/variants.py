"""Orders made of others: the same reference with another instant, the same key with a fault."""

from __future__ import annotations

from datetime import timedelta

from orders_conformance.spec import date_time
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Order
from orders_conformance.strategies.values import dates


def with_instant_moved(
    orders: OrderFactory, order: Order, distance: timedelta, form: tuple[float | None, int] = (None, 0)
) -> Order:
    """Move the instant of an order; other dates are left out, since they would have to follow."""
    moment = date_time.parse(order[orders.instant])
    if moment is None:
        return order
    fields = orders.contract.fields
    others = {name: value for name, value in order.items() if fields[name].format is None}
    if not distance:
        return {**others, orders.instant: dates.rewritten(moment, form[0])}
    return {**others, orders.instant: dates.written(moment + distance, form)}


def with_fault(orders: OrderFactory, order: Order) -> Order:
    """Give an order a fault that leaves its key alone: a required field is missing."""
    keys = {orders.reference, orders.instant}
    required = next(field for field in orders.contract.fields.values() if field.required and field.name not in keys)
    return {name: value for name, value in order.items() if name != required.name}
