"""Orders for faults: plain, each with a key of its own in every respect, and with as many other values as possible."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse
from orders_conformance.strategies.invalid import fields
from orders_conformance.strategies.invalid.bases import InvalidBases
from orders_conformance.strategies.orders.valid import OrderFactory
from tests.support.classified_orders import Referee

MANY = 300


def test_each_is_plain(orders: OrderFactory, referee: Referee) -> None:
    bases = InvalidBases(orders)
    wrong = [base for base in (bases.next("price") for _ in range(MANY)) if not referee.is_plain(base)]
    assert wrong == []


@pytest.mark.parametrize("complete", [True, False])
def test_no_two_instants_are_within_the_days_of_a_duplicate(orders: OrderFactory, *, complete: bool) -> None:
    bases = InvalidBases(orders)
    names = itertools.cycle(orders.contract.fields)
    instants = sorted(parse(bases.next(next(names), complete=complete)[orders.instant]) for _ in range(MANY))  # type: ignore[type-var] # none is None
    days = orders.contract.extension.duplicate.recycled_after_days
    assert all(later - earlier > timedelta(days=days) for earlier, later in itertools.pairwise(instants))  # type: ignore[operator] # as above


def test_a_complete_one_lacks_only_what_may_not_stand_beside_its_other_values(orders: OrderFactory) -> None:
    bases = InvalidBases(orders)
    lacking = [orders.contract.fields.keys() - bases.next(complete=True).keys() for _ in range(30)]
    dependent = {name for group in orders.contract.extension.core.together for name in group[1:]}
    assert set().union(*lacking) <= dependent


@pytest.mark.parametrize("name", Contract.load().fields)
def test_the_faults_of_one_field_meet_every_value_of_each_other_field(orders: OrderFactory, name: str) -> None:
    bases = InvalidBases(orders)
    most = max(len(field.enum) for field in orders.contract.fields.values()) + 1
    made = [bases.next(name) for _ in range(most)]
    for field in orders.contract.fields.values():
        if field.enum:
            assert {base.get(field.name) for base in made} == {None, *field.enum}


def test_fields_with_as_many_values_do_not_go_through_them_in_step(orders: OrderFactory) -> None:
    bases = InvalidBases(orders)
    made = [bases.next("price") for _ in range(60)]
    assert {("createdAt" in base, "modifiedAt" in base) for base in made} == set(
        itertools.product([True, False], repeat=2)
    )


def test_faults_of_the_reference_differ_between_orders(orders: OrderFactory) -> None:
    bases = InvalidBases(orders)
    faults = [fault for fault in fields.single(orders.contract, orders.full()) if fault.template is not None]
    for fault in (one for one in faults if one.field == orders.reference and one.name.endswith("/0")):
        first, second = (fault.applied(bases.next(fault.field)) for _ in range(2))
        assert first[orders.instant] != second[orders.instant]
