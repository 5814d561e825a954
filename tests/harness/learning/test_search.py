"""Which choices are learned, and what is said to have shown them."""

from __future__ import annotations

from orders_conformance.harness.learning.lesson import Lesson
from orders_conformance.harness.learning.search import Switch
from orders_conformance.mock.different import CATALOGUE
from orders_conformance.mock.faulty import CATALOGUE as FAULTY
from orders_conformance.mock.service import Service
from tests.support.lessons import lesson, record


def switch(found: Lesson, name: str) -> Switch:
    (one,) = (one for one in found.switches if one.name == name)
    return one


def test_the_embedded_server_has_its_own_choices() -> None:
    found = lesson(Service, "first orders")
    assert dict(found.learned.behaviour.chosen) == {}
    assert found.unlike == ()


def test_what_was_not_sent_is_not_observed() -> None:
    assert switch(lesson(Service, "first orders"), "null") == Switch("null", "accepted", None)


def test_a_choice_is_shown_by_the_exchange_that_the_embedded_server_responds_to_otherwise() -> None:
    kind = CATALOGUE["null-refused"]
    found = switch(lesson(kind, "unusual"), "null")
    exchange = record(kind, "unusual").exchanges[found.shown_by or ""]
    assert (found.value, exchange["probe"], exchange["response"]["status"]) == ("rejected", "null", 400)


def test_options_that_give_the_same_responses_are_named() -> None:
    found = switch(lesson(CATALOGUE["short-text"], "unusual"), "longest_text")
    assert found.shown_by is not None
    assert found.value not in found.not_told_from
    assert 10**9 not in found.not_told_from


def test_choices_are_learned_together() -> None:
    found = lesson(CATALOGUE["milliseconds"], "first orders").learned.behaviour
    assert (found.instant_suffix, found.instant_fraction) == ("+00:00", "at least 3")


def test_a_deviation_is_learned_with_its_exchange() -> None:
    kind = FAULTY["price-takes-string"]
    found = lesson(kind, "first orders", "faults")
    (name,) = found.learned.faults
    assert name == "price-takes-string"
    assert record(kind, "first orders", "faults").exchanges[found.faults[name]]["response"]["status"] == 201
