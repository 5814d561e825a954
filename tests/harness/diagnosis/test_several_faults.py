"""Telling which of several faults of an order is overlooked."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock import faulty
from orders_conformance.mock.service import FieldProblem, Service
from tests.support.runs import blamed, failed, settings


class _TakesAnyChannel(Service):
    """Takes any text as a channel."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        return order | ({"channel": "WEB"} if isinstance(order.get("channel"), str) else {})


class _TakesTwoFaults(Service):
    """Drops what is wrong in the optional fields of an order, if it is more than one thing."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        wrong = {one.field for one in self.problems(order)}
        optional = {name for name in wrong if not self.contract.fields[name].required}
        return {name: value for name, value in order.items() if len(optional) < 2 or name not in optional}


class _SaysNothing(Service):
    """Does not name what is wrong."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return "no"


def test_the_fault_that_is_overlooked_alone_is_blamed_alone() -> None:
    assert {one for one in blamed(_TakesAnyChannel) if one.startswith("request/")} == {"request/channel/enum"}


def test_faults_that_are_overlooked_together_only_are_blamed_together() -> None:
    accused = blamed(_TakesTwoFaults)
    assert len(accused) == 2
    assert len({one.split("/")[1] for one in accused}) == 2


def test_messages_that_name_nothing_are_blamed() -> None:
    assert blamed(_SaysNothing) == {"400/message/names-field"}


@pytest.mark.slow  # 4 s of CPU: a whole run with random traffic
def test_who_makes_orders_of_broken_bodies_is_blamed_for_that_alone() -> None:
    # With this seed two bodies are cut off at the same place: the second conflicts with the order made of the first.
    accused = failed(dry_run(settings(seed=11, examples=None), faulty.CATALOGUE["closes-braces"]))
    assert accused == {"request/body/truncated"}
