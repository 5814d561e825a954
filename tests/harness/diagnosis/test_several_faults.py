"""Find which of several faults of an accepted order the server overlooks."""

from __future__ import annotations

from typing import Any

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock import faulty
from orders_conformance.mock.service import FieldProblem, Service
from tests.support.runs import blamed, failed, settings


class _AcceptsAnyChannel(Service):
    """Accepts any text as a channel."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        return order | ({"channel": "WEB"} if isinstance(order.get("channel"), str) else {})


class _AcceptsTwoFaults(Service):
    """Drops wrong optional fields of an order if there are at least two."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        wrong = {one.field for one in self.problems(order)}
        optional = {name for name in wrong if not self.contract.fields[name].required}
        return {name: value for name, value in order.items() if len(optional) < 2 or name not in optional}


class _NamesNoField(Service):
    """Does not name the wrong field in its messages."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return "no"


def test_a_fault_that_is_accepted_alone_is_the_only_finding() -> None:
    assert {one for one in blamed(_AcceptsAnyChannel) if one.startswith("request/")} == {"request/channel/enum"}


def test_faults_that_are_accepted_only_together_are_all_reported() -> None:
    reported = blamed(_AcceptsTwoFaults)
    assert len(reported) == 2
    assert len({one.split("/")[1] for one in reported}) == 2


def test_messages_that_do_not_name_the_field_are_reported() -> None:
    assert blamed(_NamesNoField) == {"400/message/names-field"}


def test_orders_created_from_broken_bodies_are_the_only_finding() -> None:
    # With this seed two bodies are cut off at the same place: the second conflicts with the order made of the first.
    reported = failed(dry_run(settings(seed=11, examples=None), faulty.CATALOGUE["closes-braces"]))
    assert reported == {"request/body/truncated"}
