"""Find out why a server responds 409 to an order that is not a duplicate."""

from __future__ import annotations

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import Probe


def diagnose_conflict(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """Settle a suspicion about a conflict for an order that is not a duplicate.

    Send the order with another reference. If that conflicts as well, the oracle has reported it. Otherwise an earlier
    rejected request with the same key has stored something, or the reference is compared wrongly.

    Returns:
        True: the suspicion is settled.

    """
    if engine.evaluation.tally.is_broken(suspicion.fallback):
        return engine.evaluation.settle(judged, suspicion.fallback, suspicion)
    order = sendable(judged.classification.document or {})
    again = engine.send(Probe("isolate/other-reference", engine.orders.rekeyed(order)))
    if (
        again.exchange.response is not None
        and again.exchange.response.status == engine.evaluation.oracle.statuses.conflict
    ):
        return True  # its key was never used before, so the oracle reported it at once
    tally = engine.evaluation.tally
    broken = [name for name in suspicion.candidates if tally.is_broken(name)]
    never_kept = [name for name in suspicion.candidates if not tally.is_kept(name)]
    first = (broken or never_kept or suspicion.candidates)[0]
    others = [name for name in suspicion.candidates if name != first]
    # Of several candidates one may never have been tested before: that is no reason to name it.
    if others and first == (Rule.UNAUTHORIZED_STORES_NOTHING,) and not broken:
        alone = engine.orders.rekeyed(order)
        engine.send(Probe("isolate/unauthorized", alone, credentials="none"))
        after = engine.send(Probe("isolate/after-unauthorized", alone)).exchange.response
        conflicts = after is not None and after.status == engine.evaluation.oracle.statuses.conflict
        first = first if conflicts or engine.evaluation.tally.is_broken(first) else others[0]
    return engine.evaluation.settle(judged, first, suspicion)
