"""Distinguish a server that accepts wrong credentials from one that checks them only after validation."""

from __future__ import annotations

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import JSON, Order, Probe


def diagnose_credentials(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """Settle a suspicion about wrong credentials that did not get a 401.

    Send the same request again: a 401 this time shows that the server accepts the credentials intermittently. Otherwise
    send a plain order with the same credentials: if the server accepts it, it accepts the credentials; if it responds
    with another status than 401, it has a wrong status for wrong credentials; else it checks them only after validation
    or after it looks for duplicates.

    Returns:
        Whether it is settled; not if no more wrong credentials may be sent, since the target locks the account.

    """
    (variant,) = suspicion.candidates
    tally, request, classification = engine.evaluation.tally, judged.exchange.request, judged.classification
    for name in (variant, (Rule.UNAUTHORIZED,)):
        if tally.is_broken(name):
            return engine.evaluation.settle(judged, name, suspicion)
    if not engine.sender.may_send(request):
        return False

    def send(name: str, body: Order | bytes, content_type: str | None) -> JudgedExchange:
        probe = Probe(
            name, body, classification.credentials, content_type=content_type, authorization=request.authorization
        )
        return engine.send(probe)

    again = send("isolate/again", request.body, request.content_type)
    if again.status == engine.evaluation.oracle.statuses.unauthorized:
        return engine.evaluation.settle(judged, variant, suspicion, "accepted intermittently: ")
    if not engine.sender.may_send(request):
        return False
    plain = engine.evaluation.history.plain
    send("isolate/credentials", engine.orders.rekeyed(sendable(plain[-1])) if plain else engine.orders.full(), JSON)
    broken = (name for name in (variant, (Rule.UNAUTHORIZED,)) if tally.is_broken(name))
    return engine.evaluation.settle(judged, next(broken, suspicion.fallback), suspicion)
