"""Repeat an order with its instant in another notation."""

from __future__ import annotations

from datetime import timedelta

from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import with_instant_moved
from orders_conformance.strategies.probe import Order, Probe, ProbeResult, Script, Send

_MILLISECONDS = 3


def repeat_at_same_instant(orders: OrderFactory, name: str, order: Order, offset: float) -> Script:
    """Repeat an order with its instant in UTC, with a fraction of zeros, or without one if the order has it.

    An order in UTC is repeated with an offset, and then with the fraction: if a server rejected both in one value,
    nothing would show which of them was the reason. Where the first repeat is rejected, one with an offset follows.

    Args:
        orders: the factory of plain orders.
        name: the name of the probes.
        order: the order, which was created.
        offset: the offset from UTC, in hours.

    """
    sent = str(order.get(orders.instant))
    digits = 0 if "." in sent else _MILLISECONDS
    forms: list[tuple[float | None, int]] = [(offset, 0), (None, digits)]
    if not sent.endswith("Z"):
        forms.pop()
        repeat: ProbeResult = yield Send(Probe(name, with_instant_moved(orders, order, timedelta(), (None, digits))))
        if repeat.success or repeat.status == orders.contract.statuses.conflict:
            return
    for form in forms:
        yield Send(Probe(name, with_instant_moved(orders, order, timedelta(), form)))
