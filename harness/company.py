"""Settling which fault of an order is overlooked that has several and was taken: each is tried alone."""

from __future__ import annotations

from harness.bodies import sendable
from harness.engine import Engine
from harness.evaluation import Judged
from harness.evidence import Suspicion
from strategies.probe import Probe


def explain_faults(engine: Engine, judged: Judged, suspicion: Suspicion) -> bool:
    """Send plain orders with one of the faults each; the oracle judges them.

    Where none is taken alone, faults are overlooked in the company of others: all that were in it when that first came
    to light are blamed, and stand for what comes later.
    """
    tally, memory = engine.evaluation.tally, engine.evaluation.memory
    if not any(map(tally.is_broken, suspicion.candidates)):
        document = sendable(judged.seen.document or {})
        plain = sendable(memory.plain[-1]) if memory.plain else engine.orders.full()
        for name in suspicion.candidates:
            alone = engine.orders.rekeyed(plain)
            alone.pop(name[1], None)
            alone |= {name[1]: document[name[1]]} if name[1] in document else {}
            engine.send(Probe(f"isolate/{judged.exchange.probe}", alone))
    broken = [name for name in suspicion.candidates if tally.is_broken(name)]
    memory.overlooked = memory.overlooked or (() if broken else suspicion.candidates)
    for name in broken or memory.overlooked:
        engine.evaluation.settle(judged, name, suspicion)
    return True
