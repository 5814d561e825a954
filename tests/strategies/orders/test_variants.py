"""An order that shares only the key with another, for every row of the smallest plan."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.orders.valid import OrderFactory
from tests.support.classified_orders import NOW, Referee, plain_orders

CONTRACT = Contract.load()
ORDERS = plain_orders(CONTRACT)
REFEREE = Referee(CONTRACT, NOW)
ROWS = [*ORDERS.covering(1), ORDERS.full(), ORDERS.minimal()]


def unchangeable(orders: OrderFactory) -> set[str]:
    """Name the fields that may have one value only: the key, and what the organisation prescribes and requires."""
    prescribed = {name for name in orders.organisation if orders.contract.fields[name].required}
    return {orders.reference, orders.instant, *prescribed}


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_every_field_that_may_change_does(row: dict[str, Any]) -> None:
    other = ORDERS.other(row)
    assert {name for name in CONTRACT.fields if other.get(name) == row.get(name)} == unchangeable(ORDERS)


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_the_key_is_written_as_it_was(row: dict[str, Any]) -> None:
    other = ORDERS.other(row)
    assert (other[ORDERS.reference], other[ORDERS.instant]) == (row[ORDERS.reference], row[ORDERS.instant])


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_the_changed_order_is_plain(row: dict[str, Any]) -> None:
    assert REFEREE.is_plain(ORDERS.other(row))


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_the_order_itself_is_left_alone(row: dict[str, Any]) -> None:
    before = dict(row)
    ORDERS.other(row)
    assert row == before
