"""What only shows where requests are sent over a network: nothing is said of it for an application in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.evidence import Judgement
from orders_conformance.harness.oracle.history import History
from orders_conformance.spec.rules import Rule

Judge = Callable[[Exchange, Classification, History, datetime], Judgement]

ON_THE_WIRE = frozenset({Rule.ANSWERED, Rule.DUPLICATE_OTHER_CONNECTION})
REASON = "the application was judged in this process, without connections: serve it, and name its URL with --target"


def without_wire(judge: Judge) -> Judge:
    """Return a judge that does not say of what only shows over a network that it holds; what is broken is."""

    def judging(exchange: Exchange, classification: Classification, history: History, now: datetime) -> Judgement:
        judgement = judge(exchange, classification, history, now)
        kept = (one for one in judgement.evidence if not one.held or one.requirement[0] not in ON_THE_WIRE)
        return replace(judgement, evidence=tuple(kept))

    return judging
