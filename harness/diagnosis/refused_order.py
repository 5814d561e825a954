"""Settling suspicions: further traffic that finds out which of several requirements was broken.

A valid order that was refused carries many values; the fewest of them that are refused together are found by halving.
Other suspicions have files of their own: `circumstances` separates those of a repeat that was taken, `company` the
faults of an order that was, and `strangers` is about wrong credentials that were not turned away. The oracle judges
that traffic as any other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orders_conformance.harness.diagnosis.reduce import fewest
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.json_body import sendable
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.spec import date_time
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import Probe

_ABSENT = object()
# So many orders are taken apart for the same reason; later ones that could have it are put down to it.
_OFTEN = 4
# How specific each family is about why an order was accepted; the most specific one is blamed first.
_SPECIFIC = (Rule.VALUE, Rule.OPTIONAL, Rule.OFFSET, Rule.FRACTION, Rule.ACCEPT)


class RefusedOrder:
    """A valid order that was refused, compared with the accepted order that is most like it."""

    def __init__(self, engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> None:
        """Begin with the order as it was sent."""
        self._engine = engine
        self._judged = judged
        self._suspicion = suspicion
        self._refused = sendable(judged.classification.document or {})
        # Features that were accepted elsewhere before this order was taken apart.
        self._accepted = set(engine.evaluation.history.accepted)
        self._last = judged

    def diagnose(self, *, last: bool) -> bool:
        """Find the fewest fields of the order that are refused together, and blame what they stand for."""
        known = self._known()
        if known is not None:
            return self._blame(known, self._judged)
        accepted = self._nearest()
        if accepted is None:
            return last and self._nothing_plain()
        if not self._is_refused(self._refused):
            return self._not_the_order()
        refused = self._last
        if self._is_refused(accepted):
            return self._reference_or_nothing(accepted, refused)
        fields = [
            name
            for name in self._engine.evaluation.oracle.contract.fields
            if name != self._engine.orders.reference and self._refused.get(name, _ABSENT) != accepted.get(name, _ABSENT)
        ]
        found = refused

        def fails(names: Sequence[str]) -> bool:
            nonlocal found
            mixed = next(filter(self._is_plain, self._mixtures(accepted, names)), None)
            if mixed is None or not self._is_refused(mixed):
                return False
            found = self._last
            return True

        minimal = fewest(fields, fails)
        # A server that fails now and then would be blamed for whatever was in its hands.
        if self._is_refused(accepted) or not fails(minimal):
            return self._blame((Rule.ACCEPTED,), refused, "refused now and then: ")
        for name in self._culprits(minimal, found) or [(Rule.ACCEPTED,)]:
            self._blame(name, found)
        return True

    def _known(self) -> Name | None:
        """Find a candidate that was broken before and never kept, or that was blamed so often that it is clear."""
        tally, candidates = self._engine.evaluation.tally, self._suspicion.candidates
        never_kept = (name for name in candidates if name not in self._accepted and tally.is_broken(name))
        weary = (name for name in candidates if self._often_blamed(name))
        return next(itertools.chain(never_kept, weary), None)

    def _often_blamed(self, name: Name) -> bool:
        """Whether taking one more order apart for the same reason would only cost the target more."""
        return self._engine.evaluation.tally.times_broken(name) >= _OFTEN

    def _nothing_plain(self) -> bool:
        """Where only unusual orders were accepted, see which plain value alone makes such an order be refused."""
        names = self._engine.evaluation.oracle.contract.fields
        reference = self._engine.orders.reference
        for taken in map(sendable, self._engine.evaluation.history.unusual[-1:]):
            for name in names:
                if name == reference or self._refused.get(name, _ABSENT) == taken.get(name, _ABSENT):
                    continue
                mixed = self._engine.orders.rekeyed(_mixed(taken, self._refused, [name]))
                status = self._engine.send(Probe("isolate/plain-value", mixed)).status
                if status == self._engine.evaluation.oracle.statuses.rejected and name in self._refused:
                    feature = next(one for one in self._suspicion.candidates if one[1] == name)
                    return self._blame(feature, self._judged)
        return self._blame((Rule.ACCEPTED,), self._judged, "no plain order was ever accepted: ")

    def _reference_or_nothing(self, accepted: Mapping[str, Any], refused: JudgedExchange) -> bool:
        """Where an order is refused once its reference is new, see whether the reference's writing is the reason."""
        reference = self._engine.orders.reference
        bare = {**accepted, reference: self._engine.orders.fresh().replace("-", "")}
        if self._engine.send(Probe("isolate/reference", bare)).judgement.suspicion is None:
            return self._blame((Rule.ACCEPT, reference), refused)
        return self._blame((Rule.ACCEPTED,), refused, "also what was accepted before is refused now: ")

    def _not_the_order(self) -> bool:
        """Blame the manner in which the order was sent, if it is refused in that manner again."""
        fallback, request = self._suspicion.fallback, self._judged.exchange.request
        if fallback not in {(Rule.ACCEPTED,), (Rule.CONFLICT,)}:
            probe = Probe("isolate/manner", request.body, content_type=request.content_type)
            if self._engine.send(probe).judgement.suspicion is not None:
                return self._blame(fallback, self._judged)
        if fallback == (Rule.CONFLICT,):
            return self._blame(fallback, self._judged)
        return self._blame((Rule.ACCEPTED,), self._judged, "refused once, and accepted when it was sent again: ")

    def _nearest(self) -> Mapping[str, Any] | None:
        return max(self._orders(), key=self._alike, default=None)

    def _orders(self) -> list[Mapping[str, Any]]:
        return [sendable(order) for order in self._engine.evaluation.history.plain]

    def _alike(self, order: Mapping[str, Any]) -> int:
        names = self._engine.evaluation.oracle.contract.fields
        return sum(order.get(name, _ABSENT) == self._refused.get(name, _ABSENT) for name in names)

    def _mixtures(self, accepted: Mapping[str, Any], names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Take the named fields from the refused order and all others from the accepted one.

        Fields that depend on each other may not be plain so; then those that the refused order has with them come
        along, and dates that would have to follow are left out, or come along as well, but plainly written.
        """
        core = self._engine.evaluation.oracle.contract.extension.core
        moments = {name: date_time.parse(self._refused.get(name)) for name in core.chronology if name not in names}
        rewritten = {name: date_time.text(moment) for name, moment in moments.items() if moment}
        partners = [name for group in core.together if set(group) & set(names) for name in group]
        dates = [name for name in core.chronology if name not in names and name != self._engine.orders.instant]
        for taken in (names, [*names, *partners]):
            mixed = _mixed(accepted, self._refused, taken)
            yield mixed
            yield {name: value for name, value in mixed.items() if name not in dates}
            yield {**mixed, **rewritten}

    def _is_plain(self, order: Mapping[str, Any]) -> bool:
        return self._engine.classify(Probe("isolate", self._engine.orders.rekeyed(order))).is_plain

    def _is_refused(self, order: Mapping[str, Any]) -> bool:
        """Send an order with a fresh reference."""
        probe = Probe(f"isolate/{self._judged.exchange.probe}", self._engine.orders.rekeyed(order))
        self._last = self._engine.send(probe)
        return self._last.judgement.suspicion is not None

    def _culprits(self, minimal: Sequence[str], last: JudgedExchange) -> list[Name]:
        groups = self._engine.evaluation.oracle.contract.extension.core.together
        partners = {name for group in groups if set(group) & set(minimal) for name in group}
        features = [name for name in last.classification.features if name[1] in minimal or name[1] in partners]
        features.sort(key=lambda name: _SPECIFIC.index(name[0]))
        new = [name for name in features if name not in self._accepted]
        if len(new) > 1 and partners:
            self._try_partners(partners)
            new = [name for name in new if name not in self._engine.evaluation.history.accepted] or new
        if len(minimal) == 1 and not new and (self._was_accepted(minimal[0]) or self._is_taken_elsewhere(minimal[0])):
            return [(Rule.COMBINATIONS,)]
        if len(minimal) == 1 and (len(new) <= 1 or not partners):
            return (new or [name for name in features if name[1] in minimal])[:1]
        by_field = {name[1]: name for name in reversed(new)}
        return list(by_field.values()) or [(Rule.COMBINATIONS,)]

    def _was_accepted(self, field: str) -> bool:
        """Whether some order was accepted with the same value of a field, or likewise without it."""
        value = self._refused.get(field, _ABSENT)
        return any(sendable(order).get(field, _ABSENT) == value for order in self._engine.evaluation.history.plain)

    def _is_taken_elsewhere(self, field: str) -> bool:
        """Whether the value of a field is accepted in the order least like the refused one, or in a full one."""
        orders = self._orders()
        mixtures = (
            next(filter(self._is_plain, self._mixtures(min(orders, key=self._alike), [field])), None),
            self._filled_up(max(orders, key=len), field),
        )
        return any(not self._is_refused(mixed) for mixed in mixtures if mixed is not None and self._is_plain(mixed))

    def _filled_up(self, accepted: Mapping[str, Any], field: str) -> dict[str, Any]:
        """Put a field of the refused order into one that has more; dates that follow each other all come along."""
        mixed = _mixed(accepted, self._refused, [field])
        dates = self._engine.evaluation.oracle.contract.extension.core.chronology
        if field not in dates:
            return mixed
        last = self._refused.get(field, self._refused[self._engine.orders.instant])
        return mixed | {name: self._refused.get(name, last) for name in dates}

    def _try_partners(self, partners: set[str]) -> None:
        """See which other choices of fields that depend on each other are accepted; that clears their features."""
        base = self._engine.evaluation.history.plain[-1]
        others = {name: value for name, value in sendable(base).items() if name not in partners}
        for choice in self._engine.orders.choices(partners):
            self._is_refused({**others, **choice})

    def _blame(self, name: Name, judged: JudgedExchange, remark: str = "") -> bool:
        return self._engine.evaluation.settle(judged, name, judged.judgement.suspicion or self._suspicion, remark)


def _mixed(accepted: Mapping[str, Any], refused: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Take the named fields from the refused order and all others from the accepted one."""
    mixed = dict(accepted)
    for name in names:
        if name in refused:
            mixed[name] = refused[name]
        else:
            mixed.pop(name, None)
    return mixed
