"""Repeating an order with its instant in another notation."""

from __future__ import annotations

import pytest

from orders_conformance.spec.date_time import parse
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import ProbeResult, Send
from orders_conformance.strategies.scripts.same_instant import repeat_at_same_instant


def instants(orders: OrderFactory, sent: str, status: int | None) -> list[str]:
    """Return the instants of the repeats of an order when each of them gets a status."""
    script = repeat_at_same_instant(orders, "again", {**orders.full(), orders.instant: sent}, 2)
    found: list[str] = []
    action = next(script, None)
    while isinstance(action, Send) and not isinstance(action.probe.body, bytes):
        found.append(str(action.probe.body[orders.instant]))
        try:
            action = script.send(ProbeResult(status, action.probe))
        except StopIteration:
            break
    return found


@pytest.mark.parametrize("status", [201, 409])
def test_an_offset_is_left_out_and_a_fraction_added_in_one_repeat(orders: OrderFactory, status: int) -> None:
    assert instants(orders, "2024-01-01T16:17:16-08:00", status) == ["2024-01-02T00:17:16.000Z"]


@pytest.mark.parametrize("status", [400, None])
def test_a_rejected_notation_is_followed_by_another_offset(orders: OrderFactory, status: int | None) -> None:
    assert instants(orders, "2024-01-01T16:17:16-08:00", status) == [
        "2024-01-02T00:17:16.000Z",
        "2024-01-02T02:17:16+02:00",
    ]


def test_an_order_in_utc_is_repeated_with_one_change_at_a_time(orders: OrderFactory) -> None:
    assert instants(orders, "2024-01-01T16:17:16Z", 409) == ["2024-01-01T18:17:16+02:00", "2024-01-01T16:17:16.000Z"]


def test_a_fraction_of_zeros_is_left_out_in_the_repeat(orders: OrderFactory) -> None:
    assert instants(orders, "2024-01-01T18:17:16.000+02:00", 409) == ["2024-01-01T16:17:16Z"]


@pytest.mark.parametrize("status", [201, 400])
@pytest.mark.parametrize("sent", ["2024-01-01T16:17:16Z", "2024-01-01T01:00:00.5-03:30"])
def test_every_repeat_has_the_same_instant_in_other_words(orders: OrderFactory, sent: str, status: int) -> None:
    made = instants(orders, sent, status)
    assert {parse(text) for text in made} == {parse(sent)}
    assert sent not in made
