"""Find out whether a rejection whose message does not name the fault was for that fault."""

from __future__ import annotations

from orders_conformance.harness.diagnosis.several_faults import send_alone
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.strategies.probe import Probe


def diagnose_message(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """See whether the fault is named in a plain order; a message that is another one the second time is no better."""

    def is_named(again: JudgedExchange) -> bool:
        return again.judgement.suspicion is None or again.judgement.suspicion.kind != suspicion.kind

    def is_for_another_reason() -> bool:
        request = judged.exchange.request
        again = engine.send(Probe("isolate/message", request.body, content_type=request.content_type))
        return not is_named(again) and is_named(send_alone(engine, judged, judged.seen.violations[0], plainly=True))

    if not engine.evaluation.tally.is_broken(suspicion.fallback) and is_for_another_reason():
        return True
    return engine.evaluation.settle(judged, suspicion.fallback, suspicion)
