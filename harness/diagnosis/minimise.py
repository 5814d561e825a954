"""Simplify the order of a finding as long as it breaks the same requirement."""

from __future__ import annotations

from typing import Any

from orders_conformance.harness.diagnosis.failure_kind import FailureKind, kinds_of_values
from orders_conformance.harness.diagnosis.reduce import shrink
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.messages.json_body import read_body, sendable
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence
from orders_conformance.harness.verdicts.plainness import Plainness, plainness
from orders_conformance.harness.verdicts.tally import SHRINK, Finding
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import Probe


def minimise(engine: Engine, requirement: Requirement, finding: Finding, attempts: int) -> int:
    """Send simpler orders than that of a finding, each with a fresh reference.

    The oracle judges them like all others. The simplest order that fails in the same way becomes a finding of the
    requirement.

    Args:
        engine: sends and judges.
        requirement: the requirement that the simpler orders have to break.
        finding: a finding of the requirement.
        attempts: the greatest number of requests.

    Returns:
        The number of requests that were sent; 0 if the body is not an order, if the finding needs other requests, or if
        it is about the reference, which has to be fresh in each order.

    """
    document = read_body(finding.exchange.request.body)[1]
    request = finding.exchange.request
    # So many wrong logins might lock the account.
    logins = engine.sender.budget.wrong_logins
    locked = not engine.sender.may_send(request) or (request.is_wrong_login and logins.limit is not None)
    about_reference = engine.orders.reference in requirement.subject
    if document is None or finding.before or attempts <= 0 or locked or about_reference:
        return 0
    name = (requirement.family, *requirement.subject)
    simpler = _Simpler(engine, name, finding)
    try:
        shrink(sendable(document), simpler.fails, engine.orders.minimal(), attempts)
    finally:
        # Also if the run may send nothing more: the simplest order so far is a finding.
        simpler.record()
    return simpler.sent


class _Simpler:
    """Sends simpler orders, and remembers the simplest one that failed in the same way."""

    def __init__(self, engine: Engine, name: Name, finding: Finding) -> None:
        self._engine = engine
        self._name = name
        self._request = finding.exchange.request
        evaluation = engine.evaluation
        self._contract = evaluation.oracle.contract
        self._kind = self._kind_of(finding.exchange, evaluation.oracle.classify(self._request, evaluation.now()))
        plain = engine.classify(Probe(SHRINK, engine.orders.minimal())).classification
        self._plain = frozenset(kinds_of_values(plain, self._contract))
        self._failed: list[tuple[Plainness, JudgedExchange, Evidence]] = []
        self.sent = 0

    def fails(self, order: dict[str, Any]) -> bool:
        """Send an order, with a fresh reference if it has one; return whether it fails in the same way."""
        self.sent += 1
        orders, request = self._engine.orders, self._request
        probe = Probe(
            SHRINK,
            orders.rekeyed(order) if orders.reference in order else order,
            request.credentials,
            content_type=request.content_type,
            authorization=request.authorization,
        )
        judged = self._engine.send(probe, settle=False)
        evidence = self._evidence(judged)
        kind = self._kind_of(judged.exchange, judged.classification)
        if evidence is None or not self._kind.is_same(kind, self._plain):
            return False
        if evidence not in judged.judgement.broken:
            self._engine.evaluation.add_evidence(judged, evidence)
        far = plainness(judged.exchange, judged.classification, self._contract)
        self._failed.append((far, judged, evidence))
        return True

    def record(self) -> None:
        """Record the simplest order that failed in the same way."""
        if self._failed:
            _, judged, evidence = min(self._failed, key=lambda failed: failed[0])
            self._engine.evaluation.add_simplified(judged, evidence)

    def _evidence(self, judged: JudgedExchange) -> Evidence | None:
        suspicion = judged.judgement.suspicion
        if suspicion is None or self._name not in (*suspicion.candidates, (Rule.COMBINATIONS,)):
            return next((item for item in judged.judgement.broken if item.requirement == self._name), None)
        return Evidence(self._name, held=False, expected=suspicion.expected, observed=suspicion.observed)

    def _kind_of(self, exchange: Exchange, classification: Classification) -> FailureKind:
        return FailureKind.of(self._name, exchange, classification, self._contract)
