"""Find the circumstance under which a server accepts a repeat: try each circumstance alone, on a new order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.harness.oracle.history import CreatedOrder
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.orders.variants import with_fault
from orders_conformance.strategies.probe import Pause, Probe, Script, Send
from orders_conformance.strategies.scripts.same_instant import repeat_at_same_instant

# The UTC offset, in hours, of the same instant in another notation; no plain order has this offset.
_ANOTHER_OFFSET = 3
# Seconds that are added to the time between order and repeat.
_MARGIN = 2.0
# Orders that are created between an order and its repeat, for servers that remember the newest orders only.
_ORDERS_SINCE = 6
# What is tried before other circumstances, in this sequence; the first one always.
_FIRST = ((Rule.DUPLICATE,), (Rule.DUPLICATE_SAME_INSTANT,), (Rule.DUPLICATE_AFTER_PAUSE,))


def diagnose_duplicate(engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> bool:
    """Settle a suspicion about an accepted repeat: repeat a new order at once, then under each circumstance alone.

    If the repeat at once is accepted, no circumstance is the cause: the server does not detect duplicates of orders
    like this one. Another notation of the instant is tried next, at once as well, and then the pause, because some time
    passes with each of the other circumstances. If no circumstance alone is the cause, the fallback of the suspicion is
    reported.

    Returns:
        True: the suspicion is settled.

    """
    for name in suspicion.candidates:
        if engine.evaluation.tally.is_broken(name):
            return engine.evaluation.settle(judged, name, suspicion)
    known = engine.evaluation.history.relation(judged.classification.key)[1] if judged.classification.key else None
    age = judged.exchange.at - known.at if known else 0.0
    scripts = _Scripts(engine, _repeated(engine, known), sendable(judged.classification.document or {}), age)
    others = [name for name in suspicion.candidates if name not in _FIRST]
    for name in (*(name for name in _FIRST if name in {_FIRST[0], *suspicion.candidates}), *others):
        engine.raised.clear()
        engine.perform(scripts.script(name[0]))
        if engine.evaluation.tally.is_broken(name):
            return True
        # The repeat may have raised a suspicion again, since some time passed as well. The pause was tried before and
        # is not the cause.
        for again in engine.raised:
            if again.judgement.suspicion and name in again.judgement.suspicion.candidates:
                return engine.evaluation.settle(again, name, suspicion)
    return engine.evaluation.settle(judged, suspicion.fallback, suspicion)


def _repeated(engine: Engine, known: CreatedOrder | None) -> Mapping[str, Any]:
    """Return the order that was repeated, or a plain one if a server may reject that."""
    order = sendable(known.order) if known else {}
    return order if engine.classify(Probe("isolate", engine.orders.rekeyed(order))).is_plain else engine.orders.full()


class _Scripts:
    """Scripts that repeat a new order under one circumstance only, or under none."""

    def __init__(self, engine: Engine, order: Mapping[str, Any], repeat: Mapping[str, Any], age: float) -> None:
        self._orders = engine.orders
        self._order = order
        self._repeat = repeat
        # Longer than the scripts of the other circumstances take.
        self._pause = age + _MARGIN
        self._kinds: Mapping[str, Callable[[dict[str, Any]], Script]] = {
            Rule.DUPLICATE: self._at_once,
            Rule.DUPLICATE_SAME_INSTANT: self._same_instant,
            Rule.DUPLICATE_OTHER_FIELDS: self._other_fields,
            Rule.DUPLICATE_OTHER_CONNECTION: self._other_connection,
            Rule.DUPLICATE_AFTER_CONFLICT: self._after_conflict,
            Rule.DUPLICATE_AFTER_ORDERS: self._after_orders,
            Rule.DUPLICATE_AFTER_REJECTION: self._after_rejection,
            Rule.DUPLICATE_AFTER_PAUSE: self._after_pause,
        }

    def script(self, rule: str) -> Script:
        order = self._orders.rekeyed(self._order)
        yield Send(Probe("isolate/order", order))
        if rule in self._kinds:
            yield from self._kinds[rule](order)

    def _at_once(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/at-once", order, at_once=True))

    def _other_fields(self, order: dict[str, Any]) -> Script:
        key = {name: order[name] for name in (self._orders.reference, self._orders.instant)}
        yield Send(Probe("isolate/repeat", {**self._repeat, **key}))
        # A new order, because the one above was repeated already: a conflict may make a server forget an order.
        another = self._orders.rekeyed(self._order)
        yield Send(Probe("isolate/order", another))
        yield Send(Probe("isolate/other-fields", self._orders.other(another)))

    def _same_instant(self, order: dict[str, Any]) -> Script:
        yield from repeat_at_same_instant(self._orders, "isolate/same-instant", order, _ANOTHER_OFFSET)

    def _other_connection(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/other-connection", order, connection="other"))

    def _after_conflict(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/once", order))
        yield Send(Probe("isolate/again", order))

    def _after_orders(self, order: dict[str, Any]) -> Script:
        for _ in range(_ORDERS_SINCE):
            yield Send(Probe("isolate/another-order", self._orders.full()))
        yield Send(Probe("isolate/after-orders", order))

    def _after_rejection(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/refused", with_fault(self._orders, order)))
        yield Send(Probe("isolate/unauthorized", order, credentials="none"))
        yield Send(Probe("isolate/malformed", b"{"))
        yield Send(Probe("isolate/media-type", order, content_type="text/plain"))
        yield Send(Probe("isolate/after-refusal", order))

    def _after_pause(self, order: dict[str, Any]) -> Script:
        yield Pause(self._pause)
        yield Send(Probe("isolate/after-pause", order))
