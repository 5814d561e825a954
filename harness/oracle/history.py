"""The history of a run: the orders that it created and what it has seen so far.

Requirements about several exchanges (duplicates, uniqueness, values of other orders) are judged with it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, Self

from orders_conformance.harness.oracle.classification import Key, Name
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule


class Relation(Enum):
    """The relation of a key to the keys of existing orders; from the most distant to the closest."""

    FREE = "never used"
    CASE_OR_SPACES = "used, but for letter case or spaces"
    RECYCLED = "used for an instant far away"
    NEAR = "used for an instant nearby"
    SAME_INSTANT = "used for the same instant in another notation"
    REPEAT = "used"


@dataclass(frozen=True, slots=True)
class CreatedOrder:
    """An order that the run sent and that exists or may exist.

    Attributes:
        key: its key.
        order: the fields that were sent.
        exchange: the id of the exchange that created it.
        at: when the response arrived, in seconds since the run began.
        connection: the name of the connection.
        group: the group of concurrent requests that it belongs to; None if it was sent alone.
        certain: whether the response says that it was created; else it only may exist.
        orders_before: how many orders had been created, this one included.
        rejections_before: how many requests had been rejected.

    """

    key: Key
    order: Mapping[str, Any]
    exchange: str
    at: float
    connection: str
    group: str | None
    certain: bool
    orders_before: int
    rejections_before: int


@dataclass(slots=True)
class Unsent:
    """The values that were returned for a field in responses to orders without it.

    A server that does not clear its memory returns the value of the newest order that it read or created. One that
    sets defaults returns the same value each time, and one that makes up values returns a sent one only by chance.

    Attributes:
        default: the first of them.
        sent: how many of them another order of the run had; only values that differ from the default, and the default.
        made_up: how many others no order had.
        newest: as `sent`, but only those that the newest order had; by the meanings of newest below.
        refuted: the meanings of newest for which another value was returned.

    """

    default: Any
    sent: int = 0
    made_up: int = 0
    newest: Counter[str] = field(default_factory=Counter)
    refuted: set[str] = field(default_factory=set)

    def count(self, value: Any, newest: Mapping[str, Any], *, is_sent: bool, is_first: bool) -> None:
        """Count a value; `newest` has the value of the newest order by each meaning of newest."""
        self.refuted |= {meaning for meaning in _NEWEST if newest.get(meaning) != value}
        if is_first or value != self.default:
            self.sent += is_sent
            self.made_up += not is_sent and not is_first
            self.newest.update(meaning for meaning in _NEWEST if newest.get(meaning) == value)


# The newest order may be that of all that were sent, of those that were created, or of those that were rejected.
READ, CREATED, REJECTED = _NEWEST = ("read", "created", "rejected")


@dataclass(slots=True)
class History:
    """The history of one run; the oracle reads it, only `learning` writes it, after each judgement.

    Attributes:
        recycled_after: the distance of instants from which on a reference may be used again.
        created: the orders that exist or may exist, by reference.
        similar: the references of `created` by their folded form (see `fold`), the first one first.
        refs: the first exchange that returned each `ref`, as it is `remembered`; `hrefs` likewise for each `href`.
        accepted: the first exchange that showed each feature accepted.
        unsent: the values returned for fields that were not sent, by field name.
        sent_orders: the newest orders that were sent with each reference, in any request.
        newest: by field name, its value in the newest order that had it, by the meanings of newest in `Unsent`.
        saw_other_response: whether a response belonged to another request.
        sent_values: the values that were sent in each field, in any request.
        invalid_statuses: the statuses of responses to invalid requests with right credentials.
        repeat_statuses: the statuses of responses to plain repeats that were not accepted.
        accepted_faults: the requirements that accepted orders violate; a lenient server may have stored another value.
        saw_broken_utf8: whether a 201 response was not valid UTF-8. The server may then write non-ASCII text in another
            encoding, so that a changed text in a later response is a fault of the body, not of the field.
        overlooked: the faults of the first order that the server accepted although it rejects each fault alone.
        broken_duplicate_rules: the rules about duplicates that were broken, in the order of their discovery.
        cleared: the circumstances under which repeats were rejected with 409, with their greatest extent.
        plain_repeat_created: whether a repeat without any circumstance was accepted.
        repeat_created: whether any repeat on the same connection was accepted.
        rejected: the statuses with which requests for each key were rejected before its order was created.
        conflicts: the keys whose repeats were rejected with 409.
        orders: how many orders were created or may have been created.
        first_order_at: when the first order was sent, in seconds since the run began.
        rejections: how many requests were rejected.
        plain: valid orders of the plain core that were accepted, newest last.
        unusual: accepted valid orders outside the plain core, newest last.

    """

    recycled_after: timedelta
    created: dict[str, list[CreatedOrder]] = field(default_factory=dict)
    similar: dict[str, dict[str, None]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    hrefs: dict[str, str] = field(default_factory=dict)
    accepted: dict[Name, str] = field(default_factory=dict)
    unsent: dict[str, Unsent] = field(default_factory=dict)
    sent_orders: dict[str, deque[Mapping[str, Any]]] = field(default_factory=dict)
    saw_other_response: bool = False
    sent_values: dict[str, set[Any]] = field(default_factory=dict)
    newest: dict[str, dict[str, Any]] = field(default_factory=dict)
    invalid_statuses: set[int] = field(default_factory=set)
    repeat_statuses: set[int] = field(default_factory=set)
    accepted_faults: set[Name] = field(default_factory=set)
    saw_broken_utf8: bool = False
    overlooked: tuple[Name, ...] = ()
    broken_duplicate_rules: list[str] = field(default_factory=list)
    cleared: dict[Rule, float] = field(default_factory=dict)
    plain_repeat_created: bool = False
    repeat_created: bool = False
    rejected: dict[Key, set[int]] = field(default_factory=dict)
    conflicts: set[Key] = field(default_factory=set)
    orders: int = 0
    first_order_at: float | None = None
    rejections: int = 0
    plain: list[Mapping[str, Any]] = field(default_factory=list)
    unusual: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, order: CreatedOrder) -> None:
        """Add an order that exists or may exist."""
        self.created.setdefault(order.key.reference, []).append(order)
        self.similar.setdefault(fold(order.key.reference), {})[order.key.reference] = None
        self.orders += 1

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """Return the empty history of a run."""
        return cls(recycled_after=timedelta(days=contract.extension.duplicate.recycled_after_days))

    def relation(self, key: Key) -> tuple[Relation, CreatedOrder | None]:
        """Return the closest relation of a key to an existing order, and that order; (FREE, None) if there is none."""
        closest, found, best = Relation.FREE, None, (False, 0, False)
        for order in self.created.get(key.reference, ()):
            relation = self._relation(key, order.key)
            # An order of the same instant that certainly exists ranks above one in the same notation that may exist.
            rank = (order.certain and relation in _SAME, _CLOSENESS[relation], order.certain)
            if rank > best:
                closest, found, best = relation, order, rank
        if found is None:
            # The first that was created: a set has another order in each process, and a record is judged again in one.
            for reference in self.similar.get(fold(key.reference), {}):
                if reference != key.reference:
                    return Relation.CASE_OR_SPACES, self.created[reference][0]
        return closest, found

    def times_of_newest(self, name: str, value: Any) -> tuple[int, int]:
        """Return how many values that were returned for unsent fields were those of the newest order, with this one.

        Args:
            name: the field that the value was returned for.
            value: the value.

        Returns:
            The number for this field if all of its values were those of the newest order; and the number for all fields
            if that holds for each of them. Else 0.

        """
        newest, own = self.newest.get(name, {}), self.unsent[name]
        of_field = of_all = 0
        for meaning in _NEWEST:
            if meaning not in own.refuted and newest.get(meaning) == value:
                of_field = max(of_field, own.newest[meaning] + 1)
                if not any(meaning in one.refuted for one in self.unsent.values()):
                    of_all = max(of_all, sum(one.newest[meaning] for one in self.unsent.values()) + 1)
        return of_field, of_all

    def may_exist(self, key: Key) -> bool:
        """Whether an order that this key could conflict with may exist, but not certainly."""
        return any(
            not order.certain and self._relation(key, order.key) is not Relation.RECYCLED
            for order in self.created.get(key.reference, ())
        )

    def exists(self, key: Key) -> bool:
        """Whether an order with exactly this key certainly exists."""
        return any(order.certain and order.key == key for order in self.created.get(key.reference, ()))

    def is_used(self, key: Key | None) -> bool:
        """Whether an order with this reference and instant certainly exists, in any notation of the instant."""
        relation, known = self.relation(key) if key else (Relation.FREE, None)
        return relation in _SAME and known is not None and known.certain

    def certain(self) -> Iterator[CreatedOrder]:
        """Return the orders that certainly exist, grouped by reference."""
        return (order for orders in self.created.values() for order in orders if order.certain)

    def _relation(self, key: Key, other: Key) -> Relation:
        if key.instant == other.instant:
            return Relation.REPEAT if key.written == other.written else Relation.SAME_INSTANT
        # One day more than the rule says, because nothing is specified for instants near the limit.
        far = abs(key.instant - other.instant) > self.recycled_after + timedelta(days=1)
        return Relation.RECYCLED if far else Relation.NEAR


# Characters; a server may return a megabyte for each order.
_LONGEST_REMEMBERED = 1024
_CLOSENESS = {relation: rank for rank, relation in enumerate(Relation)}
_SAME = {Relation.REPEAT, Relation.SAME_INSTANT}


def remembered(text: str) -> str:
    """Return a text by which another one is recognised: itself, or its digest where it is long."""
    if len(text) <= _LONGEST_REMEMBERED:
        return text
    return f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def fold(reference: str) -> str:
    """Return a reference without surrounding spaces and with its case folded."""
    return reference.strip().casefold()
