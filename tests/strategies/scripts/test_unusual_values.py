"""Unusual values: all are sent, those that a server rejects are found, and strict servers get few requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.probe import Order, Probe, ProbeResult, Send
from orders_conformance.strategies.scripts.unusual_values import UnusualValues
from orders_conformance.strategies.values import unusual
from tests.support.classified_orders import plain_orders

CONTRACT = Contract.load()
TEXTS = [field.name for field in CONTRACT.fields.values() if field.is_free_text]


def sent(is_accepted: Callable[[Order], bool], profile: str = "tenant") -> list[tuple[Probe, int]]:
    """Perform the script; list its probes with their statuses."""
    script = UnusualValues(plain_orders(CONTRACT), PROFILES[profile].plan_size).script()
    keys: set[Any] = set()
    result = None
    found: list[tuple[Probe, int]] = []
    while True:
        try:
            action = script.send(result)
        except StopIteration:
            return found
        assert isinstance(action, Send)
        probe = action.probe
        accepted = not isinstance(probe.body, bytes) and is_accepted(probe.body)
        key = str(probe.payload)
        status = (409 if key in keys else 201) if accepted else 400
        keys |= {key} if accepted else set()
        found.append((probe, status))
        result = ProbeResult(status, probe)


def created(found: list[tuple[Probe, int]]) -> list[Order]:
    return [probe.body for probe, status in found if status == 201 and not isinstance(probe.body, bytes)]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_server_that_accepts_all_gets_each_order_and_its_repeat(profile: str) -> None:
    statuses = [status for _, status in sent(lambda _order: True, profile)]
    rounds = PROFILES[profile].plan_size.unusual_rounds
    assert statuses.count(201) >= rounds + 1
    assert statuses.count(409) == statuses.count(201)


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_field_gets_every_combined_text(name: str) -> None:
    values = [str(order.get(name)) for order in created(sent(lambda _order: True))]
    for parts in unusual.COMBINED:
        assert any(value.endswith(" ".join(parts)) for value in values)


@pytest.mark.parametrize("name", CONTRACT.fields)
def test_a_field_that_takes_no_unusual_value_does_not_keep_the_others_from_theirs(name: str) -> None:
    plain = plain_orders(CONTRACT).minimal()

    def is_accepted(order: Order) -> bool:
        value = order.get(name, plain.get(name))
        if CONTRACT.fields[name].format:
            return value is None or "1970" < str(value) < "2026"
        return value == plain.get(name) or (
            name == CONTRACT.extension.duplicate.reference and str(value).replace("-", "").isalnum()
        )

    found = created(sent(is_accepted))
    others = [other for other in TEXTS if other != name]
    for other in others:
        assert any(str(order.get(other)).endswith(" ".join(unusual.COMBINED[0])) for order in found)
        assert any(str(order.get(other)).endswith(unusual.LONG) for order in found)


def test_the_parts_of_a_rejected_text_are_sent() -> None:
    name = next(one for one in TEXTS if one != CONTRACT.extension.duplicate.reference)
    found = created(sent(lambda order: '"' not in str(order.get(name))))
    assert any(order.get(name) == "two  blanks" for order in found)


@pytest.mark.parametrize("limit", [0, 20, 60, 300])
def test_a_strict_server_gets_few_requests_and_creates_few_orders(limit: int) -> None:
    def is_accepted(order: Order) -> bool:
        texts = [value for value in order.values() if isinstance(value, str)]
        return all(value.isascii() and len(value) <= limit for value in texts)

    found = sent(is_accepted)
    assert len(found) <= 90
    assert len(created(found)) <= 20
