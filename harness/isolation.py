"""Settling suspicions: further traffic that finds out which of several requirements was broken.

A valid order that was refused carries many values; the fewest of them that are refused together are found by halving.
A repeat that was taken had several circumstances; each is tried alone. The oracle judges that traffic as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.classification import Name
from harness.engine import Engine, Judged
from harness.evidence import Evidence, Suspicion
from strategies.probe import Pause, Probe, Script, Send

_ABSENT = object()
# How specific each family is about why an order was accepted; the most specific one is blamed first.
_SPECIFIC = ("value", "optional", "offset", "fraction", "accept")


def explain(engine: Engine, judged: Judged, suspicion: Suspicion) -> None:
    """Send what settles a suspicion, and count the evidence."""
    known = [name for name in suspicion.candidates if engine.tally.is_broken(name)]
    if suspicion.kind == "circumstances":
        blamed = known or _circumstance(engine, suspicion)
        if blamed is not None:
            name = blamed[0] if blamed else suspicion.fallback
            engine.blame(judged, Evidence(name, held=False, expected=suspicion.expected, observed=suspicion.observed))
        return
    if known:
        engine.blame(judged, Evidence(known[0], held=False, expected=suspicion.expected, observed=suspicion.observed))
        return
    _Refused(engine, judged, suspicion).explain()


class _Refused:
    """A valid order that was refused, compared with the accepted order that is most like it."""

    def __init__(self, engine: Engine, judged: Judged, suspicion: Suspicion) -> None:
        self._engine = engine
        self._judged = judged
        self._suspicion = suspicion
        self._refused = _plain(judged.seen.document or {})
        # Features that were accepted elsewhere before this order was taken apart.
        self._accepted = set(engine.memory.accepted)
        self._last = judged

    def explain(self) -> None:
        engine = self._engine
        if not self._is_refused(self._refused):
            self._blame(self._suspicion.fallback, self._judged, "refused once, and accepted when it was sent again: ")
            return
        accepted = self._nearest()
        if accepted is None or self._is_refused(accepted):
            self._blame(self._suspicion.fallback, self._judged)
            return
        fields = [
            name
            for name in engine.oracle.contract.fields
            if name != engine.orders.reference and self._refused.get(name, _ABSENT) != accepted.get(name, _ABSENT)
        ]
        last = self._judged

        def fails(names: Sequence[str]) -> bool:
            nonlocal last
            if not self._is_refused(_mixed(accepted, self._refused, names)):
                return False
            last = self._last
            return True

        minimal = fewest(fields, fails)
        for name in self._culprits(minimal, last):
            self._blame(name, last)

    def _nearest(self) -> Mapping[str, Any] | None:
        orders = [_plain(order) for order in self._engine.memory.plain]
        names = self._engine.oracle.contract.fields

        def alike(order: Mapping[str, Any]) -> int:
            return sum(order.get(name, _ABSENT) == self._refused.get(name, _ABSENT) for name in names)

        return max(orders, key=alike, default=None)

    def _is_refused(self, order: Mapping[str, Any]) -> bool:
        """Send an order with a fresh reference; one that may rightly be refused is not sent."""
        probe = Probe(f"isolate/{self._judged.exchange.probe}", self._engine.orders.rekeyed(order))
        if not self._engine.is_plain(probe):
            return False
        self._last = self._engine.send(probe)
        return self._last.judgement.suspicion is not None

    def _culprits(self, minimal: Sequence[str], last: Judged) -> list[Name]:
        features = [name for name in last.seen.features if name[1] in minimal]
        features.sort(key=lambda name: _SPECIFIC.index(name[0]))
        new = [name for name in features if name not in self._accepted]
        if len(minimal) == 1:
            return (new or features)[:1]
        by_field = {name[1]: name for name in reversed(new)}
        return list(by_field.values()) or [("combinations",)]

    def _blame(self, name: Name, judged: Judged, remark: str = "") -> None:
        suspicion = judged.judgement.suspicion or self._suspicion
        evidence = Evidence(name, held=False, expected=suspicion.expected, observed=remark + suspicion.observed)
        self._engine.blame(judged, evidence)


def fewest(items: Sequence[str], fails: Callable[[Sequence[str]], bool]) -> list[str]:
    """Find a smallest part of `items` that fails on its own, where the whole is known to fail.

    No single item can be taken away from the result. Costs about twice as many calls as the result has items, times
    the logarithm of the number of items.
    """
    needed: list[str] = []
    rest = list(items)
    while rest and not (needed and fails(needed)):
        low, high = 0, len(rest)
        # The shortest beginning of the rest that fails together with what is needed ends in a needed item.
        while high - low > 1:
            middle = (low + high) // 2
            if fails([*needed, *rest[:middle]]):
                high = middle
            else:
                low = middle
        needed.append(rest[high - 1])
        rest = rest[: high - 1]
    return needed


def _circumstance(engine: Engine, suspicion: Suspicion) -> list[Name] | None:
    """Try each circumstance alone.

    Returns:
        None if the oracle blamed one of them; nothing to blame otherwise.

    """
    scripts = _Circumstances(engine)
    for (rule,) in suspicion.candidates:
        engine.perform(scripts.script(rule))
        if engine.tally.is_broken((rule,)):
            return None
    return []


class _Circumstances:
    """Scripts that repeat a new order under one circumstance only."""

    def __init__(self, engine: Engine) -> None:
        self._orders = engine.orders
        self._pause = engine.elapsed
        self._kinds: Mapping[str, Callable[[dict[str, Any]], Script]] = {
            "duplicate_other_fields": self._other_fields,
            "duplicate_other_connection": self._other_connection,
            "duplicate_after_conflict": self._again,
            "duplicate_after_orders": self._after_orders,
            "duplicate_after_refusal": self._after_refusal,
            "duplicate_after_pause": self._after_pause,
        }

    def script(self, rule: str) -> Script:
        order = self._orders.full()
        yield Send(Probe("isolate/order", order))
        if rule in self._kinds:
            yield from self._kinds[rule](order)

    def _other_fields(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/other-fields", self._orders.other(order)))

    def _other_connection(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/other-connection", order, connection="other"))

    def _again(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/once", order))
        yield Send(Probe("isolate/again", order))

    def _after_orders(self, order: dict[str, Any]) -> Script:
        for _ in range(3):
            yield Send(Probe("isolate/another-order", self._orders.full()))
        yield Send(Probe("isolate/after-orders", order))

    def _after_refusal(self, order: dict[str, Any]) -> Script:
        yield Send(Probe("isolate/refused", {}))
        yield Send(Probe("isolate/after-refusal", order))

    def _after_pause(self, order: dict[str, Any]) -> Script:
        yield Pause(self._pause)
        yield Send(Probe("isolate/after-pause", order))


def _mixed(accepted: Mapping[str, Any], refused: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Take the named fields from the refused order and all others from the accepted one."""
    mixed = dict(accepted)
    for name in names:
        if name in refused:
            mixed[name] = refused[name]
        else:
            mixed.pop(name, None)
    return mixed


def _plain(order: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the decimals of a document back into what can be sent."""
    return {name: _number(value) for name, value in order.items()}


def _number(value: Any) -> Any:
    if not hasattr(value, "as_integer_ratio"):
        return value
    return int(value) if value == int(value) else float(value)
