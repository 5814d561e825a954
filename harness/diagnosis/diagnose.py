"""Choose the follow-up requests that find which requirement was broken."""

from __future__ import annotations

from orders_conformance.harness.diagnosis.credentials import diagnose_credentials
from orders_conformance.harness.diagnosis.duplicate import diagnose_duplicate
from orders_conformance.harness.diagnosis.needless_conflict import diagnose_conflict
from orders_conformance.harness.diagnosis.refused_order import RefusedOrder
from orders_conformance.harness.diagnosis.several_faults import diagnose_several_faults
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.oracle.evidence import Suspicion


def diagnose(engine: Engine, judged: JudgedExchange, suspicion: Suspicion, *, last: bool) -> bool:
    """Send the follow-up requests that settle a suspicion, and count the evidence.

    Args:
        engine: sends the requests.
        judged: the exchange that raised the suspicion.
        suspicion: the suspicion.
        last: whether this is the last try.

    Returns:
        Whether it is settled. It is not if no valid order was accepted so far; a later try may then settle it.

    """
    if suspicion.kind == "circumstances":
        return diagnose_duplicate(engine, judged, suspicion)
    if suspicion.kind == "conflict":
        return diagnose_conflict(engine, judged, suspicion)
    if suspicion.kind == "credentials":
        return diagnose_credentials(engine, judged, suspicion)
    if suspicion.kind == "faults":
        return diagnose_several_faults(engine, judged, suspicion)
    if suspicion.kind == "body":
        # No request is needed: a server known to accept such bodies has created the order that this one conflicts with.
        known = engine.evaluation.tally.is_broken(suspicion.candidates[0])
        return engine.evaluation.settle(judged, suspicion.candidates[0] if known else suspicion.fallback, suspicion)
    return RefusedOrder(engine, judged, suspicion).diagnose(last=last)
