"""Orders made of others: the same reference with another instant, the same key with a fault."""

from __future__ import annotations

from datetime import timedelta

from spec import instants
from strategies import moments
from strategies.orders import Orders
from strategies.probe import Order


def moved(orders: Orders, order: Order, distance: timedelta, form: tuple[float | None, int] = (None, 0)) -> Order:
    """Move the instant of an order; other dates are left out, since they would have to follow."""
    moment = instants.parse(order[orders.instant])
    if moment is None:
        return order
    fields = orders.contract.fields
    others = {name: value for name, value in order.items() if fields[name].format is None}
    if not distance:
        return {**others, orders.instant: moments.rewritten(moment, form[0])}
    return {**others, orders.instant: moments.written(moment + distance, form)}


def spoilt(orders: Orders, order: Order) -> Order:
    """Give an order a fault that leaves its key alone: a required field is missing."""
    keys = {orders.reference, orders.instant}
    required = next(field for field in orders.contract.fields.values() if field.required and field.name not in keys)
    return {name: value for name, value in order.items() if name != required.name}
