"""Unusual values: a server may accept or reject them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.values import dates, unusual
from tests.support.classified_orders import NOW, PREFIX, Referee, plain_orders
from tests.support.contract_copies import document_copy, request_and_reply

CONTRACT = Contract.load()
REFEREE = Referee(CONTRACT, NOW)
ORDERS = plain_orders(CONTRACT)
CHANGES = [one.change for one in unusual.rounds(CONTRACT, ORDERS.fresh)]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_a_change_is_unusual_and_not_wrong(change: dict[str, Any]) -> None:
    seen = REFEREE.see({**ORDERS.minimal(), **change})
    assert seen.violations == ()
    assert seen.unusual


@pytest.mark.parametrize("more", range(5))
def test_every_text_comes_into_every_text_field(more: int) -> None:
    document = document_copy()
    for fields in request_and_reply(document):
        fields |= {f"more{number}": {"type": "string", "examples": ["A"], "x-echo": "exact"} for number in range(more)}
    contract = Contract.from_document(document)
    changes = [one.change for one in unusual.rounds(contract, ORDERS.fresh)]
    key = contract.extension.duplicate.reference
    texts = [field.name for field in contract.fields.values() if field.is_free_text and field.name != key]
    assert {f"more{number}" for number in range(more)} <= set(texts)
    listed = sorted((*map(" ".join, unusual.COMBINED), *unusual.ALIKE, unusual.LONG, unusual.EMPTY, unusual.BLANK))
    assert [sorted(change[name] for change in changes) for name in texts] == [listed] * len(texts)


def test_the_organisations_own_fields_are_too_long_empty_and_blank_too() -> None:
    for name in ORDERS.organisation:
        assert {change[name] for change in CHANGES} >= {unusual.LONG, unusual.EMPTY, unusual.BLANK}


@pytest.mark.parametrize("text", [*"'\"\\%&+;<>{}\t\n#/", "  ", "\u0301", "\U0001f600"])
def test_a_combined_text_has_a_character_that_servers_change(text: str) -> None:
    assert any(text in " ".join(parts) for parts in unusual.COMBINED)


def test_dates_of_later_rounds_are_plain_and_in_their_order(referee: Referee) -> None:
    dated = [field.name for field in CONTRACT.fields.values() if field.format]
    for change in CHANGES[len(dates.UNUSUAL) :]:
        plain = {name: change[name] for name in dated}
        assert referee.is_plain({**ORDERS.minimal(), **plain})


def test_unusual_references_are_fresh_and_begin_with_the_prefix() -> None:
    references = [change[ORDERS.reference] for change in CHANGES]
    assert len(set(references)) == len(CHANGES)
    assert all(reference.startswith(PREFIX) for reference in references)


def test_every_value_that_the_contract_calls_unusual_is_sent() -> None:
    for field in CONTRACT.fields.values():
        for value in field.unusual:
            assert any(change.get(field.name) == value for change in CHANGES)


def test_null_is_given_to_optional_fields_only() -> None:
    seen = REFEREE.see({**ORDERS.minimal(), **unusual.nulls(CONTRACT)})
    assert seen.violations == ()
    optional = [field.name for field in CONTRACT.fields.values() if not field.required]
    assert seen.unusual == tuple(("null_optional", name) for name in optional)


def test_unknown_properties_are_unknown(orders: OrderFactory, referee: Referee) -> None:
    order = orders.full()
    change = unusual.unknown_property(order)
    assert not change.keys() & CONTRACT.fields.keys()
    assert referee.see({**order, **change}).unusual == (("unknown_property",),)


def test_deep_nesting_is_json() -> None:
    assert json.loads(unusual.deep(3)) == [[[]]]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(unusual.random(CONTRACT, st.just("OCTESTED-1")))
def test_a_random_change_is_not_wrong(change: dict[str, Any]) -> None:
    assert REFEREE.see({**ORDERS.minimal(), **change}).violations == ()
