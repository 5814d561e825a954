"""Requests before an order: its key in another form or with a fault, and similar references."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import RIGHT
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import with_fault, with_instant_moved
from orders_conformance.strategies.probe import JSON, Probe, encode
from orders_conformance.strategies.scripts import key_first
from tests.support.classified_orders import Referee

KINDS = Contract.load().extension.credentials
WRONG, RIGHT_VARIANTS = tuple(KINDS.wrong), tuple(KINDS.right)


def similar_orders(orders: OrderFactory) -> Mapping[str, Probe]:
    """Return the orders with similar references, by how the reference differs."""
    order = orders.full()
    made = [earlier.probe(order) for earlier in key_first.similar_references(orders, order)]
    return {RIGHT: Probe("order", order), **{probe.name.partition("/")[2]: probe for probe in made}}


def reference(orders: OrderFactory, probe: Probe) -> Any:
    assert not isinstance(probe.body, bytes)
    return probe.body[orders.reference]


def test_similar_references_are_all_different(orders: OrderFactory) -> None:
    made = similar_orders(orders)
    assert len({reference(orders, probe) for probe in made.values()}) == len(made) == 6


def test_orders_with_similar_references_differ_in_the_reference_only(orders: OrderFactory) -> None:
    bodies = [probe.body for probe in similar_orders(orders).values() if not isinstance(probe.body, bytes)]
    others = [{name: value for name, value in body.items() if name != orders.reference} for body in bodies]
    assert all(other == others[0] for other in others)


def test_only_other_case_and_a_space_are_outside_the_core(orders: OrderFactory, referee: Referee) -> None:
    made = similar_orders(orders)
    assert {name for name, probe in made.items() if not referee.is_plain(probe.payload)} == {"case", "blank"}
    assert all(
        referee.see(made[name].payload).unusual == ((Rule.UNUSUAL_VALUES, orders.reference),)
        for name in ("case", "blank")
    )


def test_similar_references_differ_as_their_names_say(orders: OrderFactory) -> None:
    made = {name: reference(orders, probe) for name, probe in similar_orders(orders).items()}
    right = made[RIGHT]
    assert made["hyphen"] == right.replace("-", "")
    assert made["case"].upper() == right
    assert made["blank"].strip() == right != made["blank"]
    assert made["zero"].replace("-0", "-") == right
    assert made["longer"].removesuffix("-0") == right != made["longer"]


def test_every_wrong_variant_is_sent_before_an_order_and_creates_none(orders: OrderFactory) -> None:
    order = orders.full()
    made = list(key_first.unauthorized(WRONG, key_first.wrong_and_invalid(orders, WRONG)))
    assert not any(earlier.creates for earlier in made)
    probes = [earlier.probe(order) for earlier in made]
    assert {probe.credentials for probe in probes} == set(WRONG)
    assert {probe.connection for probe in probes} == {"main", "new"}


def test_each_kind_of_wrong_credentials_is_also_sent_with_an_invalid_request(
    orders: OrderFactory, referee: Referee
) -> None:
    probes = [earlier.probe(orders.full()) for earlier in key_first.wrong_and_invalid(orders, WRONG)]
    assert {probe.credentials for probe in probes} == set(WRONG)
    assert all(
        seen.violations or seen.body_fault or probe.content_type != JSON
        for probe, seen in ((probe, referee.see(probe.payload)) for probe in probes)
    )


def test_the_faults_beside_wrong_credentials_are_of_every_kind(orders: OrderFactory, referee: Referee) -> None:
    probes = [earlier.probe(orders.full()) for earlier in key_first.wrong_and_invalid(orders, WRONG)]
    seen = [referee.see(probe.payload) for probe in probes]
    assert {one.violations[0][0] for one in seen if one.violations} == {
        Rule.REQUIRED,
        Rule.NULL_REQUIRED,
        Rule.TYPE,
        Rule.ENUM,
        Rule.FORMAT,
    }
    assert {one.body_fault for one in seen} == {None, "truncated", "not-an-object"}
    assert any(probe.content_type != JSON and probe.credentials == WRONG[0] for probe in probes)


def test_other_forms_of_an_order_have_its_key(orders: OrderFactory, referee: Referee) -> None:
    order = orders.full()
    key = referee.see(order).key
    made = list(key_first.rewritten(orders, RIGHT_VARIANTS))
    assert all(earlier.creates for earlier in made)
    assert {referee.see(earlier.probe(order).payload).key for earlier in made} == {key}


def test_other_forms_differ_from_the_plain_form(orders: OrderFactory, referee: Referee) -> None:
    order = orders.full()
    for earlier in key_first.rewritten(orders, RIGHT_VARIANTS):
        probe = earlier.probe(order)
        plain = referee.is_plain(probe.payload) and probe.content_type == JSON and probe.credentials == RIGHT
        assert not plain or probe.payload != encode(order), probe.name


def test_rewritten_json_is_the_same_order(orders: OrderFactory) -> None:
    order = orders.full()
    written = key_first.rewritten_json(order)
    assert json.loads(written) == order
    assert list(json.loads(written)) == list(reversed(order))


def test_rewritten_json_has_exponents_and_escaped_letters() -> None:
    written = key_first.rewritten_json({"price": 50, "free": 0, "cardType": "Visa", "empty": "", "absent": None})
    assert json.loads(written) == {"absent": None, "empty": "", "cardType": "Visa", "free": 0, "price": 50}
    assert b"5.0e+1" in written
    assert b"\\u0056isa" in written


def test_requests_to_be_rejected_are_invalid(orders: OrderFactory, referee: Referee) -> None:
    order = orders.full()
    refused = set(orders.contract.extension.media_types.rejected)
    for earlier in key_first.rejected(orders):
        probe = earlier.probe(order)
        seen = referee.see(probe.payload)
        assert seen.violations or seen.body_fault or probe.content_type in refused, probe.name
        assert not earlier.creates


def test_a_rejected_variant_has_the_key_and_shares_no_other_value(orders: OrderFactory, referee: Referee) -> None:
    order = orders.full()
    probe = key_first.rejected_variant(orders).probe(order)
    seen = referee.see(probe.payload)
    assert seen.key == referee.see(order).key
    assert len(seen.violations) == 1
    assert not isinstance(probe.body, bytes)
    shared = {name for name, value in probe.body.items() if order[name] == value}
    assert shared <= {orders.reference, orders.instant, *orders.organisation}


def test_an_order_with_a_fault_keeps_its_key_and_lacks_a_required_field(orders: OrderFactory, referee: Referee) -> None:
    for order in orders.covering(1):
        seen = referee.see(with_fault(orders, order))
        assert seen.key == referee.see(order).key
        assert [family for family, *_ in seen.violations] == ["required"]


@pytest.mark.parametrize("days", [-10, -2, 1, 0])
def test_a_moved_order_keeps_its_reference_and_moves_its_instant(orders: OrderFactory, days: int) -> None:
    distance = timedelta(days=days)
    for order in orders.covering(1):
        before, after = parse(order[orders.instant]), parse(with_instant_moved(orders, order, distance)[orders.instant])
        assert before is not None
        assert after is not None
        assert with_instant_moved(orders, order, distance)[orders.reference] == order[orders.reference]
        # Where it moves at all, it is written in whole seconds.
        assert after == (before.replace(microsecond=0) + distance if days else before)


def test_an_order_moved_by_zero_is_the_same_order_in_another_notation(orders: OrderFactory, referee: Referee) -> None:
    for order in orders.covering(1):
        again = with_instant_moved(orders, order, timedelta(), (3.5, 0))
        left, right = referee.see(order).key, referee.see(again).key
        assert left is not None
        assert right is not None
        assert (left.reference, left.instant) == (right.reference, right.instant)
        assert left.written != right.written


def test_a_moved_order_has_no_dates_that_would_have_to_follow(orders: OrderFactory) -> None:
    dates = {field.name for field in orders.contract.fields.values() if field.format}
    assert dates & with_instant_moved(orders, orders.full(), timedelta(days=1)).keys() == {orders.instant}
