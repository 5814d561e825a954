"""Settling what is wrong where wrong credentials were not turned away: they were let in, or they are looked at late."""

from __future__ import annotations

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.json_body import sendable
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.strategies.probe import JSON, Order, Probe


def diagnose_credentials(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """See whether wrong credentials that were not turned away are turned away now, and with an order in order."""
    (variant,) = suspicion.candidates
    tally, request, classification = engine.evaluation.tally, judged.exchange.request, judged.classification
    if tally.is_broken(variant):
        return engine.evaluation.settle(judged, variant, suspicion)

    def sent(name: str, body: Order | bytes, content_type: str | None) -> JudgedExchange:
        probe = Probe(
            name, body, classification.credentials, content_type=content_type, authorization=request.authorization
        )
        return engine.send(probe)

    again = sent("isolate/again", request.body, request.content_type)
    if again.status == engine.evaluation.oracle.statuses.unauthorized:
        return engine.evaluation.settle(judged, variant, suspicion, "let in now and then: ")
    plain = engine.evaluation.history.plain
    sent("isolate/credentials", engine.orders.rekeyed(sendable(plain[-1])) if plain else engine.orders.full(), JSON)
    return engine.evaluation.settle(judged, variant if tally.is_broken(variant) else suspicion.fallback, suspicion)
