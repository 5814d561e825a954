"""Of an application in this process nothing is said to hold that only shows over a network."""

from __future__ import annotations

from datetime import datetime

import pytest

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.evidence import Evidence, Judgement
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.on_the_wire import without_wire
from orders_conformance.spec.rules import Rule
from tests.support.runs import NOW, created, empty_history, exchange, minimal, request, seen

WIRE, OTHER = Evidence((Rule.ANSWERED,), held=True), Evidence((Rule.NO_SERVER_ERROR,), held=True)
BROKEN = Evidence((Rule.ANSWERED,), held=False, expected="a response")


@pytest.mark.parametrize(
    ("evidence", "kept"), [((WIRE, OTHER), (OTHER,)), ((BROKEN, OTHER), (BROKEN, OTHER)), ((), ())]
)
def test_what_is_broken_is_kept(evidence: tuple[Evidence, ...], kept: tuple[Evidence, ...]) -> None:
    def judge(_exchange: Exchange, _classification: Classification, _history: History, _now: datetime) -> Judgement:
        return Judgement(evidence)

    order = minimal()
    answered = exchange(request(order), created(order))
    judged = without_wire(judge)(answered, seen(order), empty_history(), NOW)
    assert judged == Judgement(kept)
