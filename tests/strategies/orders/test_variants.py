"""An order that shares only the key with another, for every row of the smallest plan."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import with_plain_instants
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


@pytest.mark.parametrize(
    ("written", "in_utc", "whole", "both"),
    [
        ("2021-07-08T23:30:00+02:00", "2021-07-08T21:30:00Z", "2021-07-08T23:30:00+02:00", "2021-07-08T21:30:00Z"),
        (
            "2018-06-30T12:34:56.5+01:00",
            "2018-06-30T11:34:56.5Z",
            "2018-06-30T12:34:56+01:00",
            "2018-06-30T11:34:56Z",
        ),
        ("2021-01-03T00:00:00+00:00", "2021-01-03T00:00:00Z", "2021-01-03T00:00:00+00:00", "2021-01-03T00:00:00Z"),
        ("2019-10-11T09:08:07.250Z", "2019-10-11T09:08:07.250Z", "2019-10-11T09:08:07Z", "2019-10-11T09:08:07Z"),
    ],
)
def test_an_instant_is_written_without_the_form_that_is_left_out(
    written: str, in_utc: str, whole: str, both: str
) -> None:
    order = {ORDERS.instant: written}
    named = {ORDERS.instant}
    forms = [with_plain_instants(order, *left_out) for left_out in ((named, ()), ((), named), (named, named))]
    assert [form[ORDERS.instant] for form in forms] == [in_utc, whole, both]


@pytest.mark.parametrize("value", ["2024-01-01T16:17:16Z", "yesterday", "", 7, None, [1]])
def test_a_plain_instant_and_a_value_that_is_none_stay_as_they_are(value: object) -> None:
    order = {ORDERS.instant: value}
    assert with_plain_instants(order, {ORDERS.instant}, {ORDERS.instant}) is order


def test_other_fields_keep_their_form() -> None:
    order = {"other": "2021-07-08T23:30:00+02:00"}
    assert with_plain_instants(order, {ORDERS.instant}, {ORDERS.instant}) is order
