"""Judging a repeat that was taken: under which circumstances is an order forgotten?

A repeat differs from the simplest one, sent at once on the same connection, by circumstances: other orders were
created since, a request was refused since, time has passed. A repeat that is refused rightly clears all of its
circumstances, to their extent; one that is taken accuses its only circumstance. If there are several, that is a
suspicion, and further traffic separates them, beginning with those that were never cleared. Where even the plainest
repeat was taken, no circumstance needs to be to blame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orders_conformance.harness.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion
from orders_conformance.harness.oracle.history import CreatedOrder, History
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule

# Seconds from which on time that has passed may be what makes a server forget.
PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """The circumstances of a repeat: by the name of each one's rule, its extent."""

    circumstances: Mapping[Rule, float]

    @classmethod
    def of(
        cls,
        exchange: Exchange,
        classification: Classification,
        history: History,
        known: CreatedOrder,
        contract: Contract,
    ) -> Repeat:
        """Compare a repeat with the order that it repeats."""
        rule = contract.extension.duplicate
        key_fields = {rule.reference, rule.instant}
        orders = history.orders - known.orders_before
        refusals = history.refusals - known.refusals_before
        age = exchange.at - known.at
        extents: dict[Rule, float] = {
            Rule.DUPLICATE_CONCURRENT: float(exchange.group is not None and exchange.group == known.group),
            Rule.DUPLICATE_SAME_INSTANT: float(
                classification.key is not None and classification.key.written != known.key.written
            ),
            Rule.DUPLICATE_OTHER_FIELDS: float(
                _others(classification.document or {}, key_fields) != _others(known.order, key_fields)
            ),
            Rule.DUPLICATE_OTHER_CONNECTION: float(exchange.connection != known.connection),
            Rule.DUPLICATE_AFTER_CONFLICT: float(known.key in history.conflicts),
            Rule.DUPLICATE_AFTER_ORDERS: float(orders),
            Rule.DUPLICATE_AFTER_REJECTION: float(refusals),
            Rule.DUPLICATE_AFTER_PAUSE: age if age >= PAUSE else 0.0,
        }
        if extents[Rule.DUPLICATE_CONCURRENT]:
            return cls({Rule.DUPLICATE_CONCURRENT: 1.0})
        return cls({name: extent for name, extent in extents.items() if extent > 0})

    @property
    def concurrent(self) -> bool:
        """Whether order and repeat were sent at the same time."""
        return Rule.DUPLICATE_CONCURRENT in self.circumstances

    @property
    def follows(self) -> bool:
        """Whether the repeat came after the order by the same connection."""
        return not self.concurrent and Rule.DUPLICATE_OTHER_CONNECTION not in self.circumstances

    @property
    def names(self) -> tuple[Name, ...]:
        """The requirements that hold if this repeat is refused."""
        return tuple((name,) for name in self.circumstances)


def judge_repeat(repeat: Repeat, history: History, expected: str, observed: str) -> Judgement:
    """Judge a repeat that was taken.

    A server that takes repeats one after the other may also take them at the same time; that shows nothing new.
    """
    if repeat.concurrent and history.repeat_taken:
        return Judgement(())
    names = repeat.names
    if not names or history.plain_repeat_taken:
        return Judgement((Evidence((Rule.DUPLICATE,), held=False, expected=expected, observed=observed),))
    cleared = [extent <= history.held.get(name, 0.0) for name, extent in repeat.circumstances.items()]
    known = [(rule,) for rule in history.broken_duplicate_rules]
    if known and not repeat.concurrent and all(cleared) and not set(names) & set(known):
        # A repeat like it was refused before, so that its circumstances are no reason; the server is known to forget.
        return Judgement((Evidence(known[0], held=False, expected=expected, observed=observed),))
    if repeat.concurrent or (len(names) == 1 and (not known or names[0] in known)):
        return Judgement((Evidence(names[0], held=False, expected=expected, observed=observed),))
    # What was refused before in circumstances as far as these may be to blame all the same, in this company.
    candidates = tuple(name for _, name in sorted(zip(cleared, names, strict=True), key=lambda pair: pair[0]))
    fallback = known[0] if known else candidates[0]
    return Judgement((), suspicion=Suspicion("circumstances", candidates, fallback, expected, observed))


def is_about_repeats(rule: str) -> bool:
    """Whether a rule is the plainest repeat's, or that of one of the circumstances."""
    return rule.partition("_")[0] == Rule.DUPLICATE


def _others(order: Mapping[str, Any], key_fields: set[str]) -> Mapping[str, Any]:
    return {name: value for name, value in order.items() if name not in key_fields}
