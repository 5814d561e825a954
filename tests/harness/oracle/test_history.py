"""How keys relate to the orders of a run."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.harness.oracle.classification import Key
from orders_conformance.harness.oracle.history import CreatedOrder, History, Relation
from orders_conformance.spec import date_time
from tests.support.runs import empty_history


def key(reference: str, written: str) -> Key:
    instant = date_time.parse(written)
    assert instant is not None
    return Key(reference, instant, written)


def order(reference: str, written: str, *, certain: bool = True, exchange: str = "x1") -> CreatedOrder:
    details: dict[str, Any] = {
        "at": 0.0,
        "connection": "main",
        "group": None,
        "orders_before": 1,
        "rejections_before": 0,
    }
    return CreatedOrder(key(reference, written), {}, exchange, certain=certain, **details)


def remembering(*orders: CreatedOrder) -> History:
    history = empty_history()
    for one in orders:
        history.add(one)
    return history


NOON = "2024-01-10T12:00:00Z"
USED = order("AB-1", NOON)


@pytest.mark.parametrize(
    ("reference", "written", "relation"),
    [
        ("AB-1", NOON, Relation.REPEAT),
        ("AB-1", "2024-01-10T14:00:00+02:00", Relation.SAME_INSTANT),
        ("AB-1", "2024-01-10T12:00:00.000Z", Relation.SAME_INSTANT),
        ("AB-1", "2024-01-10T12:00:00.001Z", Relation.NEAR),
        ("AB-1", "2024-01-10T12:00:01Z", Relation.NEAR),
        ("AB-1", "2024-01-12T12:00:01Z", Relation.NEAR),
        ("AB-1", "2024-01-13T12:00:00Z", Relation.NEAR),
        ("AB-1", "2024-01-13T12:00:01Z", Relation.RECYCLED),
        ("AB-1", "2024-01-07T12:00:00Z", Relation.NEAR),
        ("AB-1", "2024-01-07T11:59:59Z", Relation.RECYCLED),
        ("ab-1", NOON, Relation.CASE_OR_SPACES),
        (" AB-1 ", NOON, Relation.CASE_OR_SPACES),
        ("ab-1", "2030-01-01T00:00:00Z", Relation.CASE_OR_SPACES),
        ("AB-2", NOON, Relation.FREE),
        ("AB -1", NOON, Relation.FREE),
    ],
)
def test_relation_to_one_order(reference: str, written: str, relation: Relation) -> None:
    assert remembering(USED).relation(key(reference, written))[0] is relation


def test_nothing_is_related_to_an_empty_memory() -> None:
    assert remembering().relation(USED.key) == (Relation.FREE, None)


def test_the_closest_order_counts_whichever_came_first() -> None:
    far = order("AB-1", "2020-01-01T00:00:00Z", exchange="far")
    near = order("AB-1", "2024-01-11T12:00:00Z", exchange="near")
    for orders in ([far, near], [near, far]):
        assert remembering(*orders).relation(USED.key) == (Relation.NEAR, near)


def test_a_reference_of_its_own_comes_before_one_in_other_letters() -> None:
    history = remembering(order("ab-1", NOON), order("AB-1", "2020-01-01T00:00:00Z"))
    assert history.relation(USED.key)[0] is Relation.RECYCLED


def test_a_certain_order_comes_before_an_uncertain_one_of_the_same_key() -> None:
    history = remembering(order("AB-1", NOON, certain=False, exchange="lost"), USED)
    assert history.relation(USED.key) == (Relation.REPEAT, USED)


@pytest.mark.parametrize(
    ("written", "expected"),
    [(NOON, True), ("2024-01-11T12:00:00Z", True), ("2025-01-01T00:00:00Z", False)],
)
def test_an_order_whose_outcome_is_unknown_may_exist_within_the_window(written: str, expected: bool) -> None:  # noqa: FBT001 - a cell
    history = remembering(order("AB-1", NOON, certain=False))
    assert history.may_exist(key("AB-1", written)) is expected


def test_an_order_that_surely_exists_is_not_one_that_may_exist() -> None:
    history = remembering(USED)
    assert (history.may_exist(USED.key), history.exists(USED.key)) == (False, True)


def test_an_order_whose_outcome_is_unknown_does_not_surely_exist() -> None:
    history = remembering(order("AB-1", NOON, certain=False))
    assert not history.exists(USED.key)
    assert list(history.certain()) == []


def test_the_same_instant_written_otherwise_is_not_exactly_that_key() -> None:
    assert not remembering(USED).exists(key("AB-1", "2024-01-10T12:00:00+00:00"))


@pytest.mark.parametrize("first", ["ab-1", "AB-1 ", " ab-1", "Ab-1", "aB-1", " AB-1 "])
def test_of_similar_orders_the_first_one_is_found_in_every_process(first: str) -> None:
    others = [one for one in ("aB-1", "Ab-1", " ab-1", "AB-1 ", "ab-1", " AB-1 ") if one != first]
    created = [order(one, NOON, exchange=f"x{number}") for number, one in enumerate((first, *others))]
    relation, found = remembering(*created).relation(key("AB-1", NOON))
    assert (relation, found) == (Relation.CASE_OR_SPACES, created[0])
