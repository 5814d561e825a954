"""Faults: each has exactly the fault that its name says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import RequestField
from orders_conformance.strategies.invalid import bodies, fields
from orders_conformance.strategies.invalid.fields import MISSING, Fault
from orders_conformance.strategies.orders.valid import OrderFactory
from tests.support.classified_orders import NOW, Referee, plain_orders

CONTRACT = Contract.load()
REFEREE = Referee(CONTRACT, NOW)
ORDERS = plain_orders(CONTRACT)
FAULTS = list(fields.single(CONTRACT, ORDERS.full()))
FAMILIES = {"missing": "required", "null": "null_required", "type": "type", "enum": "enum", "format": "format"}
words = st.text(st.characters(codec="ascii", categories=["Lu"]), min_size=1, max_size=8)


def said(fault: Fault) -> tuple[str, str]:
    """Read the requirement that a fault's name says it breaks."""
    field, kind = fault.name.split("/")[:2]
    return FAMILIES[kind], field


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_just_what_its_name_says(fault: Fault) -> None:
    for order in (ORDERS.full(), ORDERS.minimal()):
        assert REFEREE.see(fault.applied(order)).violations == (said(fault),)


def test_names_of_faults_are_unique() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_every_field_is_tried_with_every_other_type() -> None:
    kinds = {"number", "boolean", "array", "object", "string"}
    for field in CONTRACT.fields.values():
        tried = {fault.name.split("/")[2] for fault in FAULTS if said(fault) == ("type", field.name)}
        assert tried == kinds - {field.type}


def test_every_required_field_is_left_out_and_null() -> None:
    required = {field.name for field in CONTRACT.fields.values() if field.required}
    assert {fault.field for fault in FAULTS if fault.value is MISSING} == required
    assert {fault.field for fault in FAULTS if fault.value is None} == required


def test_every_enum_and_date_has_near_misses() -> None:
    for field in CONTRACT.fields.values():
        family = {"enum": bool(field.enum), "format": field.format == "date-time"}
        for name, due in family.items():
            assert any(said(fault) == (name, field.name) for fault in FAULTS) == due


def test_a_fault_leaves_the_order_alone() -> None:
    order = ORDERS.full()
    before = dict(order)
    for fault in FAULTS:
        fault.applied(order)
    assert order == before


def test_the_ranks_of_one_kind_begin_with_the_most_telling() -> None:
    ranks: dict[str, list[int]] = {}
    for fault in FAULTS:
        ranks.setdefault(fault.name.rpartition("/")[0], []).append(fault.rank)
    for group, found in ranks.items():
        numbered = [rank for rank in found if not (group in CONTRACT.fields and rank == 0)]
        assert numbered == list(range(len(numbered))), group


@pytest.mark.parametrize("field", [field for field in CONTRACT.fields.values() if field.enum], ids=lambda f: f.name)
def test_near_values_are_not_documented(field: RequestField) -> None:
    near = list(fields.near_values(field))
    assert len(near) == len(set(near)) > 20
    assert not set(near) & set(field.enum)
    assert set(field.never) <= set(near)


@settings(derandomize=True, deadline=None)
@given(st.lists(words, min_size=1, max_size=8, unique=True), st.lists(words, max_size=4))
def test_near_values_of_any_enum_are_not_documented(values: list[str], others: list[str]) -> None:
    field = replace(CONTRACT.fields["channel"], enum=tuple(values), never=())
    assert not set(fields.near_values(field, tuple(others))) & set(values)


def test_pairs_have_both_violations() -> None:
    pairs = list(fields.pairs(FAULTS))
    assert len(pairs) == len(CONTRACT.fields) - 1
    for left, right in pairs:
        seen = REFEREE.see(right.applied(left.applied(ORDERS.full())))
        assert set(seen.violations) == {said(left), said(right)}


@pytest.mark.parametrize(
    ("name", "body"), list(bodies.broken_bodies(ORDERS.full, ORDERS.text)), ids=lambda value: str(value)[:40]
)
def test_a_broken_body_is_broken_as_its_name_says(name: str, body: bytes) -> None:
    seen = REFEREE.see(body)
    assert seen.body_fault == name.partition("/")[0]
    assert seen.document is None


def test_every_kind_of_broken_body_is_sent() -> None:
    names = {name.split("/")[0] for name, _ in bodies.broken_bodies(ORDERS.full, ORDERS.text)}
    assert names == set(CONTRACT.extension.bodies)


def test_broken_bodies_have_fresh_references(orders: OrderFactory) -> None:
    cut = [body for name, body in bodies.broken_bodies(orders.full, orders.text) if name.startswith("truncated")]
    assert len({body.partition(orders.prefix.encode())[2][:3] for body in cut}) == len(cut)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(fields.random(CONTRACT, ORDERS.full()))
def test_a_random_fault_is_just_what_its_name_says(fault: Fault) -> None:
    assert REFEREE.see(fault.applied(ORDERS.full())).violations == (said(fault),)


@settings(derandomize=True, deadline=None)
@given(fields.random_pairs(CONTRACT, ORDERS.full()))
def test_two_random_faults_are_in_two_fields(pair: tuple[Fault, Fault]) -> None:
    left, right = pair
    seen = REFEREE.see(right.applied(left.applied(ORDERS.full())))
    assert set(seen.violations) == {said(left), said(right)}


@settings(derandomize=True, deadline=None)
@given(bodies.random_bodies(ORDERS.full(), ORDERS.text))
def test_a_random_broken_body_is_broken_as_its_name_says(named: tuple[str, bytes]) -> None:
    name, body = named
    assert REFEREE.see(body).body_fault == name.split("/")[0]


def test_a_field_that_is_missing_already_may_be_left_out() -> None:
    fault = Fault("price/missing", "price", MISSING, 0)
    nothing: dict[str, Any] = {}
    assert fault.applied(nothing) == {}


def test_faults_that_are_spread_begin_with_another_field_or_kind_each() -> None:
    listed = [fault for fault in FAULTS if not fault.is_absence]
    places = [(fault.field, fault.name.split("/")[1]) for fault in fields.spread(listed)]
    assert len(places) == len(listed)
    first = places[: len(set(places))]
    assert set(first) == set(places)
    assert [kind for _, kind in first] == sorted(kind for _, kind in first)


def test_an_array_has_the_right_element_first_in_every_field() -> None:
    first = {fault.field: fault.value for fault in FAULTS if fault.name.endswith("/type/array/0")}
    assert {name: value for name, value in ORDERS.full().items() if [value] != first[name]}.keys() <= {"referenceId"}


def test_seconds_and_milliseconds_since_1970_are_sent_as_dates() -> None:
    units = {fault.value > 10**11 for fault in FAULTS if "At/type/number/0" in fault.name}
    assert units == {True, False}
