"""Find out why a server rejects a valid order.

The order is compared with the accepted order that is most like it. Orders that take some fields from one and the other
fields from the other are sent, and the number of fields is halved until the fewest fields are found that the server
rejects together. The oracle judges these requests like all others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orders_conformance.harness.diagnosis.reduce import fewest
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import JudgedExchange
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.spec import date_time
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.orders.variants import with_plain_instants
from orders_conformance.strategies.probe import Probe

_ABSENT = object()
# After so many findings of one requirement, no more requests are sent for it: a later rejected order for which it is a
# candidate counts as another finding of it.
_MOST_FINDINGS = 4
# The families of features, the most specific reason for a rejection first.
_MOST_SPECIFIC_FIRST = (Rule.VALUE, Rule.OPTIONAL, Rule.OFFSET, Rule.FRACTION, Rule.ACCEPT)


class RefusedOrder:
    """The diagnosis of one valid order that was rejected."""

    def __init__(self, engine: Engine, judged: JudgedExchange, suspicion: Suspicion) -> None:
        """Start with the order as it was sent.

        Args:
            engine: sends the follow-up requests.
            judged: the exchange in which the order was rejected.
            suspicion: the suspicion of kind `features` that it raised.

        """
        self._engine = engine
        self._judged = judged
        self._suspicion = suspicion
        self._rejected = sendable(judged.classification.document or {})
        # Features of other orders that were accepted before this diagnosis.
        self._accepted = set(engine.evaluation.history.accepted)
        self._last = judged

    def diagnose(self, *, last: bool) -> bool:
        """Find the fewest fields that are rejected together, and report their requirements as broken.

        Args:
            last: whether the suspicion has to be settled now, even if no plain order was accepted so far.

        Returns:
            Whether it is settled.

        """
        known = self._known_cause()
        if known is not None:
            return self._settle(known, self._judged)
        accepted = self._most_similar()
        if accepted is None:
            return last and self._diagnose_without_plain_order()
        if not self._is_rejected(self._rejected):
            return self._diagnose_accepted_again()
        rejected = self._last
        if self._is_rejected(accepted):
            return self._diagnose_reference(accepted, rejected)
        fields = [
            name
            for name in self._engine.evaluation.oracle.contract.fields
            if name != self._engine.orders.reference
            and self._rejected.get(name, _ABSENT) != accepted.get(name, _ABSENT)
        ]
        found = rejected

        def fails(names: Sequence[str]) -> bool:
            nonlocal found
            mixed = next(filter(self._is_plain, self._mixtures(accepted, names)), None)
            if mixed is None or not self._is_rejected(mixed):
                return False
            found = self._last
            return True

        minimal = fewest(fields, fails)
        # Check that the result can be repeated: if the server fails intermittently, no field is the cause.
        if self._is_rejected(accepted) or not fails(minimal):
            return self._settle((Rule.ACCEPTED,), rejected, "rejected intermittently: ")
        for name in self._causes(minimal, found) or [(Rule.ACCEPTED,)]:
            self._settle(name, found)
        return True

    def _known_cause(self) -> Name | None:
        """Return a candidate that was broken before and never kept, or that has enough findings already; else None."""
        tally, candidates = self._engine.evaluation.tally, self._suspicion.candidates
        never_kept = (name for name in candidates if name not in self._accepted and tally.is_broken(name))
        settled = (name for name in candidates if self._has_enough_findings(name))
        together: list[Name] = [(Rule.COMBINATIONS,)] if self._accepted.issuperset(candidates) else []
        return next(itertools.chain(never_kept, settled, filter(self._has_enough_findings, together)), None)

    def _has_enough_findings(self, name: Name) -> bool:
        """Whether a requirement has so many findings that another diagnosis is not worth its requests."""
        return self._engine.evaluation.tally.times_broken(name) >= _MOST_FINDINGS

    def _diagnose_without_plain_order(self) -> bool:
        """Settle the suspicion if no plain order was accepted: try each plain value in an accepted unusual order."""
        names = self._engine.evaluation.oracle.contract.fields
        reference = self._engine.orders.reference
        for accepted_order in map(sendable, self._engine.evaluation.history.unusual[-1:]):
            for name in names:
                if name == reference or self._rejected.get(name, _ABSENT) == accepted_order.get(name, _ABSENT):
                    continue
                mixed = self._engine.orders.rekeyed(_mixed(accepted_order, self._rejected, [name]))
                status = self._engine.send(Probe("isolate/plain-value", mixed)).status
                if status == self._engine.evaluation.oracle.statuses.rejected and name in self._rejected:
                    feature = next(one for one in self._suspicion.candidates if one[1] == name)
                    return self._settle(feature, self._judged)
        return self._settle((Rule.ACCEPTED,), self._judged, "no plain order was ever accepted: ")

    def _diagnose_reference(self, accepted: Mapping[str, Any], rejected: JudgedExchange) -> bool:
        """Settle the suspicion if an accepted order is rejected with a fresh reference: try one without a hyphen."""
        reference = self._engine.orders.reference
        bare = {**accepted, reference: self._engine.orders.fresh().replace("-", "")}
        if self._engine.send(Probe("isolate/reference", bare)).judgement.suspicion is None:
            return self._settle((Rule.ACCEPT, reference), rejected)
        return self._settle((Rule.ACCEPTED,), rejected, "an order that was accepted before is rejected now: ")

    def _diagnose_accepted_again(self) -> bool:
        """Settle the suspicion if the order is accepted as plain JSON with a fresh reference: try its media type."""
        fallback, request = self._suspicion.fallback, self._judged.exchange.request
        if fallback not in {(Rule.ACCEPTED,), (Rule.CONFLICT,)}:
            probe = Probe("isolate/manner", request.body, content_type=request.content_type)
            if self._engine.send(probe).judgement.suspicion is not None:
                return self._settle(fallback, self._judged)
        if fallback == (Rule.CONFLICT,):
            return self._settle(fallback, self._judged)
        return self._settle((Rule.ACCEPTED,), self._judged, "rejected once, and accepted when it was sent again: ")

    def _most_similar(self) -> Mapping[str, Any] | None:
        return max(self._orders(), key=self._similarity, default=None)

    def _orders(self) -> list[Mapping[str, Any]]:
        return [sendable(order) for order in self._engine.evaluation.history.plain]

    def _similarity(self, order: Mapping[str, Any]) -> int:
        names = self._engine.evaluation.oracle.contract.fields
        return sum(order.get(name, _ABSENT) == self._rejected.get(name, _ABSENT) for name in names)

    def _mixtures(self, accepted: Mapping[str, Any], names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield orders with the named fields of the rejected order and the other fields of the accepted one.

        Such an order may not be plain, because some fields depend on each other. So there are variants: with the fields
        of the rejected order that depend on the named ones, without the dates that have to follow an earlier date, and
        with these dates of the rejected order in plain notation.
        """
        core = self._engine.evaluation.oracle.contract.extension.core
        moments = {name: date_time.parse(self._rejected.get(name)) for name in core.chronology if name not in names}
        rewritten = {name: date_time.text(moment) for name, moment in moments.items() if moment}
        partners = [name for group in core.together if set(group) & set(names) for name in group]
        dates = [name for name in core.chronology if name not in names and name != self._engine.orders.instant]
        for mixed_names in (names, [*names, *partners]):
            mixed = _mixed(accepted, self._rejected, mixed_names)
            yield mixed
            yield {name: value for name, value in mixed.items() if name not in dates}
            yield {**mixed, **rewritten}

    def _is_plain(self, order: Mapping[str, Any]) -> bool:
        return self._engine.classify(Probe("isolate", self._engine.orders.rekeyed(order))).is_plain

    def _is_rejected(self, order: Mapping[str, Any]) -> bool:
        """Send an order with a fresh reference; return whether it was rejected."""
        probe = Probe(f"isolate/{self._judged.exchange.probe}", self._engine.orders.rekeyed(order))
        self._last = self._engine.send(probe)
        return self._last.judgement.suspicion is not None

    def _causes(self, minimal: Sequence[str], last: JudgedExchange) -> list[Name]:
        groups = self._engine.evaluation.oracle.contract.extension.core.together
        partners = {name for group in groups if set(group) & set(minimal) for name in group}
        features = [name for name in last.classification.features if name[1] in minimal or name[1] in partners]
        features.sort(key=lambda name: _MOST_SPECIFIC_FIRST.index(name[0]))
        new = [name for name in features if name not in self._accepted]
        if len(new) > 1 and partners:
            self._try_partners(partners)
            new = [name for name in new if name not in self._engine.evaluation.history.accepted] or new
        # Values that were accepted with other ones since this began.
        untested, new = new, [name for name in new if name not in self._engine.evaluation.history.accepted]
        if untested and not new:
            return [(Rule.COMBINATIONS,)]
        if len(minimal) == 1:
            # A value that was not accepted before may be rejected only beside another one.
            was_accepted = not new and self._was_accepted(minimal[0])
            if was_accepted or self._is_accepted_elsewhere(minimal[0]):
                return [(Rule.COMBINATIONS,)]
        if len(minimal) == 1 and new and self._is_rejected_in_plain_form(new[0], last):
            return [(Rule.ACCEPT, minimal[0])]
        if len(minimal) == 1 and (len(new) <= 1 or not partners):
            return (new or [name for name in features if name[1] in minimal])[:1]
        by_field = {name[1]: name for name in reversed(new)}
        if len(minimal) > 1 and not partners:
            # Dates that have to follow each other are mixed together: each of them may be accepted without the others.
            by_field = {field: name for field, name in by_field.items() if not self._is_accepted_elsewhere(field)}
        return list(by_field.values()) or [(Rule.COMBINATIONS,)]

    def _is_rejected_in_plain_form(self, feature: Name, last: JudgedExchange) -> bool:
        """Whether the form of a date-time is not the reason: the same instant is rejected in the plainest form, too.

        This is tried only if other values of the field are known to be rejected.
        """
        known = self._engine.evaluation.tally.is_broken((Rule.ACCEPT, feature[1]))
        if feature[0] not in {Rule.OFFSET, Rule.FRACTION} or not known:
            return False
        order, field = sendable(last.classification.document or {}), {feature[1]}
        plain = with_plain_instants(order, field, field)
        return plain is not order and self._is_plain(plain) and self._is_rejected(plain)

    def _was_accepted(self, field: str) -> bool:
        """Whether a plain order was accepted that has the same value of a field, or that lacks it likewise."""
        value = self._rejected.get(field, _ABSENT)
        return any(sendable(order).get(field, _ABSENT) == value for order in self._engine.evaluation.history.plain)

    def _is_accepted_elsewhere(self, field: str) -> bool:
        """Whether a field's value is accepted in the order least like the rejected one, in a full or in a small one."""
        orders = self._orders()
        least = next(filter(self._is_plain, self._mixtures(min(orders, key=self._similarity), [field])), None)
        small = _mixed(min(orders, key=len), self._rejected, [field, self._engine.orders.instant])
        listed = (least, self._mixed_with_dates(max(orders, key=len), field), small if small != least else None)
        return any(not self._is_rejected(mixed) for mixed in listed if mixed is not None and self._is_plain(mixed))

    def _mixed_with_dates(self, accepted: Mapping[str, Any], field: str) -> dict[str, Any]:
        """Put a field of the rejected order into an accepted one; of the ordered dates, put all or none."""
        mixed = _mixed(accepted, self._rejected, [field])
        dates = self._engine.evaluation.oracle.contract.extension.core.chronology
        if field not in dates or field not in self._rejected:
            return mixed
        return mixed | {name: self._rejected.get(name, self._rejected[field]) for name in dates}

    def _try_partners(self, partners: set[str]) -> None:
        """Send the other combinations of fields that depend on each other: features of accepted ones are no cause."""
        base = self._engine.evaluation.history.plain[-1]
        others = {name: value for name, value in sendable(base).items() if name not in partners}
        for choice in self._engine.orders.choices(partners):
            self._is_rejected({**others, **choice})

    def _settle(self, name: Name, judged: JudgedExchange, remark: str = "") -> bool:
        return self._engine.evaluation.settle(judged, name, judged.judgement.suspicion or self._suspicion, remark)


def _mixed(accepted: Mapping[str, Any], rejected: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return an order with the named fields of the rejected order and the other fields of the accepted one."""
    mixed = dict(accepted)
    for name in names:
        if name in rejected:
            mixed[name] = rejected[name]
        else:
            mixed.pop(name, None)
    return mixed
