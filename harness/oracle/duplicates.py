"""Judge a repeat that was accepted: find the circumstance under which the server does not detect the duplicate.

The simplest repeat is the same request, sent at once on the same connection. Any other repeat differs from it by
circumstances: other orders were created in between, a request was rejected in between, time has passed. Each
circumstance has a requirement of its own and an extent: a number of orders, of rejections or of seconds.

* A repeat that is rejected with 409 clears all its circumstances, up to their extent.
* An accepted repeat with one circumstance breaks the requirement of that circumstance.
* An accepted repeat with several circumstances is a suspicion. Follow-up requests try each circumstance alone, first
  those that were never cleared.
* If the simplest repeat was accepted, the circumstances do not matter: every accepted repeat breaks the duplicate rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion, excerpt, field_text, listed
from orders_conformance.harness.oracle.history import CreatedOrder, History
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule

# Seconds between order and repeat from which on the pause counts as a circumstance.
PAUSE = 1.0
# Characters of a value in a description.
_SHOWN = 80
_CIRCUMSTANCES: Mapping[str, str] = {
    Rule.DUPLICATE_CONCURRENT: "sent at the same time",
    Rule.DUPLICATE_OTHER_CONNECTION: "on another connection",
    Rule.DUPLICATE_AFTER_CONFLICT: "after a repeat that was rejected",
    Rule.DUPLICATE_AFTER_ORDERS: "after other orders: {:.0f}",
    Rule.DUPLICATE_AFTER_REJECTION: "after rejected requests: {:.0f}",
    Rule.DUPLICATE_AFTER_PAUSE: "{:.0f} s later",
}


@dataclass(frozen=True, slots=True)
class Repeat:
    """The circumstances of a repeat: the extent of each, by its rule."""

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
        """Compare a repeat with the order `known` that it repeats."""
        rule = contract.extension.duplicate
        key_fields = {rule.reference, rule.instant}
        orders = history.orders - known.orders_before
        rejections = history.rejections - known.rejections_before
        age = exchange.at - known.at
        extents: dict[Rule, float] = {
            Rule.DUPLICATE_CONCURRENT: float(exchange.group is not None and exchange.group == known.group),
            Rule.DUPLICATE_SAME_INSTANT: float(
                classification.key is not None and classification.key.written != known.key.written
            ),
            Rule.DUPLICATE_OTHER_FIELDS: float(
                _other_fields(classification.document or {}, key_fields) != _other_fields(known.order, key_fields)
            ),
            Rule.DUPLICATE_OTHER_CONNECTION: float(exchange.connection != known.connection),
            Rule.DUPLICATE_AFTER_CONFLICT: float(known.key in history.conflicts),
            Rule.DUPLICATE_AFTER_ORDERS: float(orders),
            Rule.DUPLICATE_AFTER_REJECTION: float(rejections),
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
    def is_on_same_connection(self) -> bool:
        """Whether the repeat was sent after the order, on the same connection."""
        return not self.concurrent and Rule.DUPLICATE_OTHER_CONNECTION not in self.circumstances

    @property
    def requirements(self) -> tuple[Name, ...]:
        """The requirements that are kept if the server rejects this repeat."""
        return tuple((name,) for name in self.circumstances)


def judge_repeat(repeat: Repeat, history: History, expected: str, observed: str) -> Judgement:
    """Judge a repeat that was accepted.

    Concurrent repeats are not judged if sequential ones were accepted: they show the same fault again.
    """
    if repeat.concurrent and history.repeat_created:
        return Judgement(())
    names = repeat.requirements
    if not names or history.plain_repeat_created:
        return Judgement((Evidence((Rule.DUPLICATE,), held=False, expected=expected, observed=observed),))
    cleared = [extent <= history.cleared.get(name, 0.0) for name, extent in repeat.circumstances.items()]
    known = [(rule,) for rule in history.broken_duplicate_rules]
    if known and not repeat.concurrent and all(cleared) and not set(names) & set(known):
        # A repeat under the same circumstances was rejected before, so they are not the cause. The cause is a rule that
        # is known to be broken.
        return Judgement((Evidence(known[0], held=False, expected=expected, observed=observed),))
    if repeat.concurrent or (len(names) == 1 and (not known or names[0] in known)):
        return Judgement((Evidence(names[0], held=False, expected=expected, observed=observed),))
    # A circumstance that was cleared stays a candidate, after the others: it may be the cause in this combination.
    candidates = tuple(name for _, name in sorted(zip(cleared, names, strict=True), key=lambda pair: pair[0]))
    fallback = known[0] if known else candidates[0]
    return Judgement((), suspicion=Suspicion("circumstances", candidates, fallback, expected, observed))


def describe_key(known: CreatedOrder, contract: Contract) -> str:
    """Return which order has the same key, and the key: `created by x24 with the same ...`."""
    rule = contract.extension.duplicate
    reference, instant = excerpt(known.key.reference, _SHOWN), excerpt(known.key.written, _SHOWN)
    return f"created by {known.exchange} with the same {rule.reference} {reference} and {rule.instant} {instant}"


def describe_repeat(status: int, repeat: Repeat, classification: Classification, known: CreatedOrder) -> str:
    """Return in what respect an accepted repeat differs from the order that it repeats, if in any."""
    changes = listed(list(_changes(known.order, classification.document or {})))
    what = f"a repeat with {changes}" if changes else "the same order again"
    circumstances = [
        _CIRCUMSTANCES[name].format(extent) for name, extent in repeat.circumstances.items() if name in _CIRCUMSTANCES
    ]
    return f"{', '.join([what, *circumstances])}{',' if circumstances else ''} was accepted ({status})"


def is_about_repeats(rule: str) -> bool:
    """Whether a rule is the one of the simplest repeat, or the one of a circumstance."""
    return rule.partition("_")[0] == Rule.DUPLICATE


def _other_fields(order: Mapping[str, Any], key_fields: set[str]) -> Mapping[str, Any]:
    return {name: value for name, value in order.items() if name not in key_fields}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*after, *before)):
        if name not in before or name not in after:
            yield field_text(name, after)
        elif before[name] != after[name]:
            yield f"{field_text(name, after)} instead of {excerpt(before[name], _SHOWN)}"
