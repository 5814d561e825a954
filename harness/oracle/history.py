"""What a run remembers of the orders it created: the part of the evidence that no single exchange shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Self

from orders_conformance.harness.oracle.classification import Key, Name
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule


class Relation(Enum):
    """How a key relates to the keys of the orders that exist."""

    FREE = "never used"
    LETTERS = "used but for the case of letters or blanks"
    RECYCLED = "used for an instant far away"
    NEAR = "used for an instant nearby"
    SAME_INSTANT = "used for the same instant, written otherwise"
    REPEAT = "used"


@dataclass(frozen=True, slots=True)
class CreatedOrder:
    """An order that exists, or may exist (`certain` is false): its key, what was sent, and when and how."""

    key: Key
    order: Mapping[str, Any]
    exchange: str
    at: float
    connection: str
    group: str | None
    certain: bool
    orders_before: int
    refusals_before: int


@dataclass(slots=True)
class History:
    """The history of one run; read by the oracle, written after each judgement by `learning` alone.

    Attributes:
        refs: which exchange was answered with each `ref`; `links` likewise for each `href`.
        accepted: which exchange first showed each feature accepted.
        absent: the value answered for a field that was not sent, by field name.
        saw_broken_utf8: whether a 201 response was not UTF-8, so that texts in others may be altered as well.
        overlooked: the faults that were first seen to be taken only together.
        broken_duplicate_rules: the rules about duplicates that were broken, in the order of their discovery.
        held: the circumstances under which repeats were refused rightly, with their greatest extent.
        plain_repeat_taken: whether a repeat without any circumstance was created once more; `repeat_taken` whether
            any was that came after its order by the same connection.
        refused: the statuses by which each key was refused before it was created.
        first_order_at: when the first order was sent, in seconds since the run began.
        orders: how many orders were created; `refusals` how many requests were refused.
        plain: valid orders of the plain core that were accepted, newest last; `unusual` likewise others that were.

    """

    recycled_after: timedelta
    created: dict[str, list[CreatedOrder]] = field(default_factory=dict)
    folded: dict[str, set[str]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    accepted: dict[Name, str] = field(default_factory=dict)
    absent: dict[str, Any] = field(default_factory=dict)
    saw_broken_utf8: bool = False
    overlooked: tuple[Name, ...] = ()
    broken_duplicate_rules: list[str] = field(default_factory=list)
    held: dict[Rule, float] = field(default_factory=dict)
    plain_repeat_taken: bool = False
    repeat_taken: bool = False
    refused: dict[Key, set[int]] = field(default_factory=dict)
    conflicts: set[Key] = field(default_factory=set)
    orders: int = 0
    first_order_at: float | None = None
    refusals: int = 0
    plain: list[Mapping[str, Any]] = field(default_factory=list)
    unusual: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, order: CreatedOrder) -> None:
        """Add an order that exists or may exist."""
        self.created.setdefault(order.key.reference, []).append(order)
        self.folded.setdefault(fold(order.key.reference), set()).add(order.key.reference)
        self.orders += 1

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """Make the empty history of a run."""
        return cls(recycled_after=timedelta(days=contract.extension.duplicate.recycled_after_days))

    def relation(self, key: Key) -> tuple[Relation, CreatedOrder | None]:
        """How a key relates to what exists: the closest relation, with the order that gives it."""
        closest, found, best = Relation.FREE, None, (False, 0, False)
        for order in self.created.get(key.reference, ()):
            relation = self._relation(key, order.key)
            # An order of the same instant that surely exists says more than one in the same words that may not.
            rank = (order.certain and relation in _SAME, _CLOSENESS[relation], order.certain)
            if rank > best:
                closest, found, best = relation, order, rank
        if found is None:
            for reference in self.folded.get(fold(key.reference), set()) - {key.reference}:
                return Relation.LETTERS, self.created[reference][0]
        return closest, found

    def may_exist(self, key: Key) -> bool:
        """Whether an order that this key could conflict with may exist without our knowing."""
        return any(
            not order.certain and self._relation(key, order.key) is not Relation.RECYCLED
            for order in self.created.get(key.reference, ())
        )

    def exists(self, key: Key) -> bool:
        """Whether an order with exactly this key surely exists."""
        return any(order.certain and order.key == key for order in self.created.get(key.reference, ()))

    def is_used(self, key: Key | None) -> bool:
        """Whether an order with this reference and instant surely exists, however the instant is written."""
        relation, known = self.relation(key) if key else (Relation.FREE, None)
        return relation in _SAME and known is not None and known.certain

    def certain(self) -> Iterator[CreatedOrder]:
        """The orders that surely exist, oldest first."""
        return (order for orders in self.created.values() for order in orders if order.certain)

    def _relation(self, key: Key, other: Key) -> Relation:
        if key.instant == other.instant:
            return Relation.REPEAT if key.written == other.written else Relation.SAME_INSTANT
        # A day more than the rule says: what happens just beside the edge of the window is not stated.
        far = abs(key.instant - other.instant) > self.recycled_after + timedelta(days=1)
        return Relation.RECYCLED if far else Relation.NEAR


_CLOSENESS = {relation: rank for rank, relation in enumerate(Relation)}
_SAME = {Relation.REPEAT, Relation.SAME_INSTANT}


def fold(reference: str) -> str:
    """Write a reference as a comparison would see it that ignores case and blanks around it."""
    return reference.strip().casefold()
