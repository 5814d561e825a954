"""Simplify the order of a finding as long as it breaks the same requirement."""

from __future__ import annotations

from typing import Any

from orders_conformance.harness.diagnosis.reduce import shrink
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.json_body import read_body, sendable
from orders_conformance.harness.oracle.evidence import Evidence
from orders_conformance.harness.verdicts.tally import SHRINK, Finding
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import Probe


def minimise(engine: Engine, requirement: Requirement, finding: Finding, attempts: int) -> int:
    """Send simpler orders than that of a finding, each with a fresh reference.

    The oracle judges them like all others. An order that breaks the requirement becomes a finding of the requirement.

    Args:
        engine: sends and judges.
        requirement: the requirement that the simpler orders have to break.
        finding: a finding of the requirement.
        attempts: the greatest number of requests.

    Returns:
        The number of requests that were sent; 0 if the body is not an order, or if the finding needs other requests.

    """
    document = read_body(finding.exchange.request.body)[1]
    request = finding.exchange.request
    locked = engine.sender.blocking.locked and not request.has_right_credentials
    if document is None or finding.before or attempts <= 0 or locked:
        return 0
    name = (requirement.family, *requirement.subject)
    sent = 0

    def fails(order: dict[str, Any]) -> bool:
        nonlocal sent
        sent += 1
        fresh = engine.orders.rekeyed(order) if engine.orders.reference in order else order
        probe = Probe(
            SHRINK,
            fresh,
            request.credentials,
            content_type=request.content_type,
            authorization=request.authorization,
        )
        judged = engine.send(probe, settle=False)
        suspicion = judged.judgement.suspicion
        if suspicion is None or name not in (*suspicion.candidates, (Rule.COMBINATIONS,)):
            return any(item.requirement == name for item in judged.judgement.broken)
        engine.evaluation.add_evidence(
            judged, Evidence(name, held=False, expected=suspicion.expected, observed=suspicion.observed)
        )
        return True

    shrink(sendable(document), fails, engine.orders.minimal(), attempts)
    return sent
