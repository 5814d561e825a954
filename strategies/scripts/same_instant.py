"""Repeat an order with its instant in another notation."""

from __future__ import annotations

from datetime import timedelta

from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import with_instant_moved
from orders_conformance.strategies.probe import Order, Probe, ProbeResult, Script, Send

_MILLISECONDS = 3


def repeat_at_same_instant(orders: OrderFactory, name: str, order: Order, offset: float) -> Script:
    """Repeat an order with an offset and with a fraction of zeros, or without one if the order has it.

    If that is rejected, the order is repeated with one of them.

    Args:
        orders: the factory of plain orders.
        name: the name of the probes.
        order: the order, which was created.
        offset: the offset from UTC, in hours.

    """
    digits = 0 if "." in str(order.get(orders.instant)) else _MILLISECONDS
    for form in ((offset, digits), (offset, 0), (None, digits)):
        repeat: ProbeResult = yield Send(Probe(name, with_instant_moved(orders, order, timedelta(), form)))
        if repeat.success or repeat.status == orders.contract.statuses.conflict:
            return
