"""Settling what is about a fault and what about its company: the fault is tried alone.

An order that has several was taken: which of them is overlooked? Or it was refused with a message that does not name
its only fault: was it refused for that?
"""

from __future__ import annotations

from typing import Any

from harness.bodies import sendable
from harness.classification import Name
from harness.engine import Engine
from harness.evaluation import Judged
from harness.evidence import Suspicion
from strategies import faults
from strategies.probe import Probe


def explain_faults(engine: Engine, judged: Judged, suspicion: Suspicion) -> bool:
    """Send plain orders with one of the faults each; the oracle judges them.

    Where none is taken alone, faults are overlooked in the company of others: all that were in it when that first came
    to light are blamed, and stand for what comes later.
    """
    tally, memory = engine.evaluation.tally, engine.evaluation.memory
    if not any(map(tally.is_broken, suspicion.candidates)):
        for name in suspicion.candidates:
            _send_alone(engine, judged, name)
    broken = [name for name in suspicion.candidates if tally.is_broken(name)]
    memory.overlooked = memory.overlooked or (() if broken else suspicion.candidates)
    for name in broken or memory.overlooked:
        engine.evaluation.settle(judged, name, suspicion)
    return True


def explain_message(engine: Engine, judged: Judged, suspicion: Suspicion) -> bool:
    """See whether the fault is named in a plain order; a message that is another one the second time is no better."""

    def is_named(again: Judged) -> bool:
        return again.judgement.suspicion is None or again.judgement.suspicion.kind != suspicion.kind

    def is_for_another_reason() -> bool:
        request = judged.exchange.request
        again = engine.send(Probe("isolate/message", request.body, content_type=request.content_type))
        return not is_named(again) and is_named(_send_alone(engine, judged, judged.seen.violations[0], plainly=True))

    if not engine.evaluation.tally.is_broken(suspicion.fallback) and is_for_another_reason():
        return True
    return engine.evaluation.settle(judged, suspicion.fallback, suspicion)


def _send_alone(engine: Engine, judged: Judged, fault: Name, *, plainly: bool = False) -> Judged:
    """Send a plain order with one of the faults of another; `plainly` with an ordinary value of the same wrong type."""
    document, plain = sendable(judged.seen.document or {}), engine.evaluation.memory.plain
    alone = engine.orders.rekeyed(sendable(plain[-1]) if plain else engine.orders.full())
    alone.pop(fault[1], None)
    if fault[1] in document:
        value = document[fault[1]]
        alone[fault[1]] = _ordinary(engine, fault[1], value) if plainly and fault[0] == "type" else value
    return engine.send(Probe(f"isolate/{judged.exchange.probe}", alone))


def _ordinary(engine: Engine, field: str, value: Any) -> Any:
    """Find a value of the same JSON type that is wrong for a field and has nothing else about it."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    listed = faults.single(engine.evaluation.oracle.contract, engine.orders.full())
    alike = (one.value for one in listed if one.field == field and f"{field}/type/" in one.name)
    return next((one for one in alike if type(one) is type(value) or (number and type(one) is int)), value)
