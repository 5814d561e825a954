"""Plain orders: every conformant server accepts them, and they cover what the contract lists."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory, default_organisation
from orders_conformance.strategies.values import dates
from tests.support.classified_orders import NOW, PREFIX, Referee, plain_orders

CONTRACT = Contract.load()
REFEREE = Referee(CONTRACT, NOW)
ORGANISATION = {"currencyCode": "GBP", "pointOfSale": "shop-7"}


def level(contract: Contract, name: str, order: dict[str, Any]) -> Any:
    """Say which choice an order has for a field: its value, how it is written where it follows, None for absent.

    An instant that takes turns with another counts as that one.
    """
    value = order.get(name)
    value = next((chosen for chosen, texts in dates.ALTERNATIVES.items() if value in texts), value)
    follows = contract.fields[name].format == "date-time" and not contract.fields[name].required
    if value is None or not follows:
        return value
    form = value.partition("T")[2][8:]
    digits, _, offset = form.partition("+") if "+" in form else form.partition("-")
    return len(digits.strip(".Z")), offset, "-" in form


def choices(contract: Contract, orders: list[dict[str, Any]]) -> dict[str, set[Any]]:
    """List the choices that occur in some orders, for each field that has more than one, the key's reference aside."""
    key = contract.extension.duplicate.reference
    found = {name: {level(contract, name, order) for order in orders} for name in contract.fields if name != key}
    return {name: levels for name, levels in found.items() if len(levels) > 1}


@pytest.mark.parametrize("strength", [1, 2])
def test_every_covering_order_is_plain(orders: OrderFactory, referee: Referee, strength: int) -> None:
    wrong = [order for order in orders.covering(strength) if not referee.is_plain(order)]
    assert wrong == []


@pytest.mark.parametrize("strength", [1, 2])
def test_covering_begins_with_the_full_and_the_minimal_order(orders: OrderFactory, strength: int) -> None:
    full, minimal = itertools.islice(orders.covering(strength), 2)
    dates = {field.name for field in orders.contract.fields.values() if field.format}
    odd = {*dates - {orders.instant}, orders.reference}
    assert full.keys() == orders.contract.fields.keys()
    assert {name: full[name] for name in full.keys() - odd} == {
        name: value for name, value in orders.full().items() if name not in odd
    }
    assert {**minimal, orders.reference: ""} == {**orders.minimal(), orders.reference: ""}


@pytest.mark.parametrize("strength", [1, 2])
def test_every_value_of_every_enum_occurs_and_so_does_its_absence(
    contract: Contract, orders: OrderFactory, strength: int
) -> None:
    rows = list(orders.covering(strength))
    for field in contract.fields.values():
        if field.enum:
            assert {order.get(field.name) for order in rows} == {None, *field.enum}


@pytest.mark.parametrize("strength", [1, 2])
def test_every_example_and_every_form_of_a_date_occurs(contract: Contract, orders: OrderFactory, strength: int) -> None:
    rows = list(orders.covering(strength))
    assert {order[orders.instant] for order in rows} >= set(dates.PLAIN)
    for field in contract.fields.values():
        levels = {level(contract, field.name, order) for order in rows}
        if field.format == "date-time" and not field.required:
            assert len(levels) == len(dates.FORMS) + 1
        elif field.type == "number":
            assert levels >= set(field.examples)


def test_instants_that_are_chosen_again_take_turns_with_those_like_them(orders: OrderFactory) -> None:
    alternatives = {text for texts in dates.ALTERNATIVES.values() for text in texts}
    assert {order[orders.instant] for order in orders.covering(2)} == {*dates.PLAIN, *alternatives}


@pytest.mark.parametrize("strength", [1, 2])
def test_every_optional_field_is_left_out_at_times(contract: Contract, orders: OrderFactory, strength: int) -> None:
    rows = list(orders.covering(strength))
    optional = {field.name for field in contract.fields.values() if not field.required}
    assert {name for name in optional if any(name not in order for order in rows)} == optional


def test_strength_two_has_every_pair_of_choices(contract: Contract, orders: OrderFactory) -> None:
    rows = list(orders.covering(2))
    factors = choices(contract, rows)
    assert {"channel", "status", "price", "orderedAt", "createdAt", "paymentType"} <= factors.keys()
    together = [set(group) for group in contract.extension.core.together]
    for left, right in itertools.combinations(factors, 2):
        if {left, right} in together:
            continue
        pairs = {(level(contract, left, order), level(contract, right, order)) for order in rows}
        missing = set(itertools.product(factors[left], factors[right])) - pairs
        assert not missing, (left, right)


def test_strength_one_needs_few_orders(contract: Contract, orders: OrderFactory) -> None:
    longest = max(len(field.enum) for field in contract.fields.values())
    assert len(list(orders.covering(1))) == longest + 2


def test_the_organisations_own_values_are_sent(contract: Contract) -> None:
    orders = OrderFactory(contract, ORGANISATION, References(PREFIX))
    for order in (orders.full(), orders.minimal(), *orders.covering(1)):
        for name, value in ORGANISATION.items():
            assert order.get(name, value) == value


def test_the_pages_examples_are_the_default(contract: Contract) -> None:
    assert default_organisation(contract) == {"currencyCode": "EUR", "pointOfSale": "home"}


def test_every_order_has_a_fresh_reference(orders: OrderFactory) -> None:
    made = [orders.full(), orders.minimal(), *orders.covering(1), orders.rekeyed(orders.full())]
    assert len({order[orders.reference] for order in made}) == len(made)


def test_every_reference_begins_with_the_runs_prefix(orders: OrderFactory) -> None:
    for order in (orders.full(), orders.minimal(), *orders.covering(2)):
        assert order[orders.reference].startswith(f"{PREFIX}-")


def test_a_changed_order_keeps_its_key(orders: OrderFactory, referee: Referee) -> None:
    for order in orders.covering(1):
        assert referee.see(orders.other(order)).key == referee.see(order).key


def test_a_changed_order_has_no_other_value_of_the_old_one(contract: Contract, orders: OrderFactory) -> None:
    order = orders.full()
    other = orders.other(order)
    single = {name for name, value in orders.organisation.items() if contract.fields[name].required}
    kept = {name for name, value in order.items() if other.get(name) == value}
    assert kept == {orders.reference, orders.instant, *single}


def test_a_changed_order_is_plain(orders: OrderFactory, referee: Referee) -> None:
    wrong = [order for order in orders.covering(1) if not referee.is_plain(orders.other(order))]
    assert wrong == []


def test_a_rekeyed_order_has_all_else_unchanged(orders: OrderFactory) -> None:
    order = orders.full()
    again = orders.rekeyed(order)
    assert {**again, orders.reference: order[orders.reference]} == order
    assert again[orders.reference] != order[orders.reference]


def test_fields_that_depend_on_each_other_have_plain_choices_only(orders: OrderFactory) -> None:
    found = list(orders.choices({"paymentType", "cardType"}))
    assert {"paymentType": "Card", "cardType": "Visa"} in found
    assert {} in found
    assert all(("cardType" in choice) == (choice.get("paymentType") == "Card") for choice in found)


@st.composite
def random_orders(draw: st.DrawFn) -> dict[str, Any]:
    return draw(plain_orders(CONTRACT).random(NOW))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(random_orders())
def test_random_orders_are_plain(order: dict[str, Any]) -> None:
    assert REFEREE.is_plain(order)


@settings(derandomize=True, deadline=None)
@given(random_orders())
def test_random_orders_have_instants_in_their_order(order: dict[str, Any]) -> None:
    known = [parse(order[name]) for name in CONTRACT.extension.core.chronology if name in order]
    assert None not in known
    assert known == sorted(moment for moment in known if moment)


def references() -> Iterator[str]:
    handed_out = References(PREFIX)
    return (handed_out.fresh() for _ in range(5_000))


def test_references_are_never_handed_out_twice() -> None:
    assert len(set(references())) == 5_000


def test_references_fit_the_plain_core(referee: Referee, orders: OrderFactory) -> None:
    for reference in itertools.islice(references(), 0, None, 500):
        assert referee.is_plain({**orders.minimal(), orders.reference: reference})
