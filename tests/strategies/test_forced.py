"""A forced response is asked for by a plain order of its own for each status."""

from __future__ import annotations

from orders_conformance.strategies.forced import ForcedHeader
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Forced
from tests.support.runs import CONTRACT, ORGANISATION


def test_each_status_has_a_probe_with_its_header_and_its_own_reference() -> None:
    orders = OrderFactory(CONTRACT, ORGANISATION, References("OCTEST"))
    probes = list(ForcedHeader("Prefer", "code={status}").probes(orders, [201, 409]))
    assert [(one.name, one.forced) for one in probes] == [
        ("forced/201", Forced(201, "Prefer", "code=201")),
        ("forced/409", Forced(409, "Prefer", "code=409")),
    ]
    assert len({one.payload for one in probes}) == 2
