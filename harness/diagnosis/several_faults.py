"""Settling what is about a fault and what about its company: the fault is tried alone.

An order that has several was taken: which of them is overlooked? Or it was refused with a message that does not name
its only fault: was it refused for that?
"""

from __future__ import annotations

from typing import Any

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.json_body import sendable
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.invalid import fields
from orders_conformance.strategies.probe import Probe


def diagnose_several_faults(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """Send plain orders with one of the faults each; the oracle judges them.

    Where none is taken alone, faults are overlooked in the company of others: all that were in it when that first came
    to light are blamed, and stand for what comes later.
    """
    tally, history = engine.evaluation.tally, engine.evaluation.history
    if not any(map(tally.is_broken, suspicion.candidates)):
        for name in suspicion.candidates:
            send_alone(engine, judged, name)
    broken = [name for name in suspicion.candidates if tally.is_broken(name)]
    if not broken:
        engine.evaluation.history_writer.note_overlooked(suspicion.candidates)
    for name in broken or history.overlooked:
        engine.evaluation.settle(judged, name, suspicion)
    return True


def send_alone(engine: Engine, judged: JudgedExchange, fault: Name, *, plainly: bool = False) -> JudgedExchange:
    """Send a plain order with one of the faults of another; `plainly` with an ordinary value of the same wrong type."""
    document, plain = sendable(judged.seen.document or {}), engine.evaluation.history.plain
    alone = engine.orders.rekeyed(sendable(plain[-1]) if plain else engine.orders.full())
    alone.pop(fault[1], None)
    if fault[1] in document:
        value = document[fault[1]]
        alone[fault[1]] = _ordinary(engine, fault[1], value) if plainly and fault[0] == Rule.TYPE else value
    return engine.send(Probe(f"isolate/{judged.exchange.probe}", alone))


def _ordinary(engine: Engine, field: str, value: Any) -> Any:
    """Find a value of the same JSON type that is wrong for a field and has nothing else about it."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    listed = fields.single(engine.evaluation.oracle.contract, engine.orders.full())
    alike = (one.value for one in listed if one.field == field and f"{field}/type/" in one.name)
    return next((one for one in alike if type(one) is type(value) or (number and type(one) is int)), value)
