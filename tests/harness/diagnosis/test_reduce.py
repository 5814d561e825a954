"""Reduce a failing order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.harness.diagnosis.reduce import shrink

VALUES = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("abé", max_size=6) | st.lists(st.integers(), max_size=4)
)
ORDERS = st.dictionaries(st.sampled_from("abcdefgh"), VALUES)
ATTEMPTS = st.integers(0, 60)
PLAIN = {"a": 1, "b": "plain", "c": True}
MANY = 1000


@dataclass
class Fails:
    """A predicate that keeps the orders that it was called with."""

    predicate: Callable[[dict[str, Any]], bool]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, order: dict[str, Any]) -> bool:
        self.asked.append(order)
        return self.predicate(order)


def has(needed: dict[str, Any]) -> Fails:
    return Fails(lambda order: all(name in order and order[name] == value for name, value in needed.items()))


@given(ORDERS, st.data(), ATTEMPTS)
def test_the_result_still_fails(order: dict[str, Any], data: st.DataObject, attempts: int) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(order)))) if order else set()
    fails = has({name: order[name] for name in kept})
    assert fails(shrink(order, fails, PLAIN, attempts))


@given(ORDERS, ORDERS, ATTEMPTS, st.randoms(use_true_random=False))
def test_the_result_is_the_order_itself_or_one_that_was_seen_to_fail(
    order: dict[str, Any], plain: dict[str, Any], attempts: int, chance: Random
) -> None:
    seen: list[dict[str, Any]] = [order]

    def fails(candidate: dict[str, Any]) -> bool:
        failing = chance.random() < 1 / 2
        seen.extend([candidate] if failing else [])
        return failing

    assert shrink(order, fails, plain, attempts) == seen[-1]


@given(ORDERS, ORDERS, ATTEMPTS)
def test_no_more_attempts_are_made_than_allowed(order: dict[str, Any], plain: dict[str, Any], attempts: int) -> None:
    fails = Fails(lambda candidate: len(candidate) % 2 == 0)
    shrink(order, fails, plain, attempts)
    assert len(fails.asked) <= attempts


@given(ORDERS, ORDERS)
def test_no_order_is_sent_twice(order: dict[str, Any], plain: dict[str, Any]) -> None:
    fails = Fails(lambda candidate: len(candidate) % 2 == 0)
    shrink(order, fails, plain, MANY)
    asked = [sorted((name, repr(value)) for name, value in one.items()) for one in [order, *fails.asked]]
    assert all(one not in asked[:place] for place, one in enumerate(asked))


@given(ORDERS)
def test_an_order_that_fails_whatever_it_has_becomes_the_plain_one(order: dict[str, Any]) -> None:
    assert shrink(order, lambda _order: True, PLAIN, MANY) == PLAIN


def test_what_the_fault_does_not_need_becomes_plain() -> None:
    order = {"a": 2, "b": "odd", "c": True, "d": "bad", "e": 5}
    assert shrink(order, has({"d": "bad"}), PLAIN, MANY) == {**PLAIN, "d": "bad"}


def test_the_part_of_a_text_that_the_fault_does_not_need_is_removed() -> None:
    fails = Fails(lambda order: "é" in str(order.get("d")))
    assert shrink({**PLAIN, "d": "some é text"}, fails, PLAIN, MANY) == {**PLAIN, "d": "é"}


def test_a_fault_that_needs_a_plain_field_to_be_missing_keeps_it_missing() -> None:
    fails = Fails(lambda order: "b" not in order)
    assert shrink({"a": 3, "d": 4}, fails, PLAIN, MANY) == {"a": 1, "c": True}


def test_an_order_that_fails_in_no_simpler_form_is_left_as_it_is() -> None:
    order = {"a": 2, "d": "bad"}
    assert shrink(order, lambda _order: False, PLAIN, MANY) == order


def test_attempts_that_change_nothing_count_as_well() -> None:
    fails = Fails(lambda _order: False)
    shrink(dict.fromkeys("abcdefgh", "odd"), fails, PLAIN, 3)
    assert len(fails.asked) == 3
