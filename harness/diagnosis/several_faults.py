"""Find which of several faults in one accepted order the server overlooks, by sending each alone."""

from __future__ import annotations

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.strategies.probe import Probe


def diagnose_several_faults(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """Settle a suspicion about an accepted order with several faults: send plain orders with one of the faults each.

    The oracle judges these. If the server rejects each fault alone, it overlooks faults only together: then all faults
    of the first such order are reported, for this order and for later ones.

    Returns:
        True: the suspicion is settled.

    """
    tally, history = engine.evaluation.tally, engine.evaluation.history
    if not any(map(tally.is_broken, suspicion.candidates)):
        for name in suspicion.candidates:
            _send_alone(engine, judged, name)
    broken = [name for name in suspicion.candidates if tally.is_broken(name)]
    if not broken:
        engine.evaluation.history_writer.note_overlooked(suspicion.candidates)
    for name in broken or history.overlooked:
        engine.evaluation.settle(judged, name, suspicion)
    return True


def _send_alone(engine: Engine, judged: JudgedExchange, fault: Name) -> None:
    """Send a plain order with one of the faults of the accepted order."""
    document, plain = sendable(judged.classification.document or {}), engine.evaluation.history.plain
    alone = engine.orders.rekeyed(sendable(plain[-1]) if plain else engine.orders.full())
    alone.pop(fault[1], None)
    if fault[1] in document:
        alone[fault[1]] = document[fault[1]]
    engine.send(Probe(f"isolate/{judged.exchange.probe}", alone))
