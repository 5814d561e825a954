"""Find out why an order that is no duplicate was answered with a conflict."""

from __future__ import annotations

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.json_body import sendable
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import Probe


def diagnose_conflict(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """See whether an order with another reference conflicts as well, and if not, which refusal left something."""
    if engine.evaluation.tally.is_broken(suspicion.fallback):
        return engine.evaluation.settle(judged, suspicion.fallback, suspicion)
    order = sendable(judged.classification.document or {})
    again = engine.send(Probe("isolate/other-reference", engine.orders.rekeyed(order)))
    if (
        again.exchange.response is not None
        and again.exchange.response.status == engine.evaluation.oracle.statuses.conflict
    ):
        return True  # that one had nothing about it but its reference, and was blamed as it was judged
    tally = engine.evaluation.tally
    broken = [name for name in suspicion.candidates if tally.is_broken(name)]
    never_kept = [name for name in suspicion.candidates if not tally.is_kept(name)]
    first, *others = broken or never_kept or suspicion.candidates
    if others and first == (Rule.UNAUTHORIZED_STORES_NOTHING,):
        alone = engine.orders.rekeyed(order)
        engine.send(Probe("isolate/unauthorized", alone, credentials="none"))
        engine.send(Probe("isolate/after-unauthorized", alone))
        first = first if engine.evaluation.tally.is_broken(first) else others[0]
    return engine.evaluation.settle(judged, first, suspicion)
