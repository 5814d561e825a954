"""Infer from tries the orders that they created or may have created: one account for budget, report and cleanup.

Tries with the same key (reference and instant, as they were sent) are tries to create one order; without a reference,
only tries of the same request are. A try that was rejected created nothing. A try without a response may have created
an order, whether a conformant server had to reject it or not. What follows shows more:

* A response that reports a created order shows that the tries of its key before it created none.
* A conflict shows that one of the earlier tries created the order that conflicts, unless another order with the same
  reference may conflict.
* A later rejection of the same request for its content shows that its earlier tries were rejected as well.
* Once the target was seen to reject a repeat, further tries of a key create nothing. Until then each lost try counts,
  a lost repeat of an order that exists too: whether the target rejects repeats is what the run is to find out.
* Once it was seen to create an order twice, no try excludes another: each one without a response counts.
* If an order conflicts and its key was only rejected before, the rejections with that status stored orders: each key
  that was rejected so counts as a possible order from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from orders_conformance.harness.messages.exchange import CLIENT_ERROR, TOO_MANY_REQUESTS, Effect
from orders_conformance.spec.date_time import parse_leniently

# The statuses that reject a request for its content, so that the same request is rejected each time.
_FOR_CONTENT = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
# The statuses that reject what must be rejected each time; a request that may create an order gets a 401 from a lock.
_REJECTS_ALWAYS = _FOR_CONTENT | {HTTPStatus.UNAUTHORIZED}


@dataclass(slots=True)
class CountedTry:
    """One try of a request, as far as the account needs it.

    Attributes:
        request: the same for all tries of one request.
        begun: when it was sent, in any count.
        reference: the reference of the order in the request; None where it is not known.
        instant: its date-time, as it was written; empty where there is none.
        must_be_rejected: whether a conformant server must reject it.
        ended: when its outcome was known, or None.
        status: the status of the response, or None.
        left: its effect.
        ref: the reference that the target returned, or None.

    """

    request: Hashable
    begun: int
    reference: str | None = None
    instant: str = ""
    must_be_rejected: bool = False
    ended: int | None = None
    status: int | None = None
    left: Effect = Effect.UNKNOWN
    ref: str | None = None

    @property
    def key(self) -> tuple[str, Hashable]:
        """Reference and instant; without a reference, what tries of one request have in common."""
        return (self.reference, self.instant) if self.reference is not None else ("", self.request)


class CountedOrder(NamedTuple):
    """An order by the try that created it or may have created it; `certain` if it is known to exist."""

    by: CountedTry
    certain: bool


@dataclass(frozen=True, slots=True)
class _Shown:
    """What tries show of the target.

    Attributes:
        creates_twice: it created two orders with one key.
        rejects_repeats: it rejected a repeat of an order that it had created.
        conflicts_needlessly: it rejected an order as a repeat although nothing was sent with its reference before.
        storing: the statuses of rejections that stored the order.

    """

    creates_twice: bool = False
    rejects_repeats: bool = False
    conflicts_needlessly: bool = False
    storing: frozenset[int] = frozenset()

    def __or__(self, other: _Shown) -> _Shown:
        return _Shown(
            self.creates_twice or other.creates_twice,
            self.rejects_repeats or other.rejects_repeats,
            self.conflicts_needlessly or other.conflicts_needlessly,
            self.storing | other.storing,
        )


@dataclass
class OrderAccount:
    """The account of one run: knows each try, and infers the orders.

    Attributes:
        conflict: the status that says that the order exists already.
        created: the number of orders that are known to exist.
        possible: the number of orders that may exist besides.

    """

    conflict: int
    created: int = field(default=0, init=False)
    possible: int = field(default=0, init=False)
    _groups: defaultdict[Hashable, list[CountedTry]] = field(default_factory=lambda: defaultdict(list), init=False)
    _counts: dict[Hashable, tuple[int, int]] = field(default_factory=dict, init=False)
    _shown: _Shown = field(default_factory=_Shown, init=False)

    def add(self, one: CountedTry) -> None:
        """Add a try, and infer again what it concerns."""
        group = _group(one)
        self._groups[group].append(one)
        before = self._shown
        self._shown |= _shown_by(self._groups[group], self.conflict, before.storing)
        for name in [group] if self._shown == before else list(self._groups):
            created, possible = self._counts.get(name, (0, 0))
            certain = [order.certain for order in self._of_group(name)]
            self._counts[name] = (sum(certain), len(certain) - sum(certain))
            self.created += self._counts[name][0] - created
            self.possible += self._counts[name][1] - possible

    def orders(self) -> tuple[CountedOrder, ...]:
        """Return the orders that exist or may exist, those of one key in a row."""
        return tuple(one for name in self._groups for one in self._of_group(name))

    def _of_group(self, name: Hashable) -> Iterator[CountedOrder]:
        keys = _by_key(self._groups[name])
        alone = sum(any(one.left is not Effect.NONE for one in tries) for tries in keys) <= 1
        for tries in keys:
            yield from _of_key(tries, self._shown, self.conflict if alone else None)


def _group(one: CountedTry) -> Hashable:
    """Return what tries have in common whose orders may conflict: the reference, whatever its case and blanks."""
    return ("request", one.request) if one.reference is None else one.reference.strip().casefold()


def _by_key(tries: Iterable[CountedTry]) -> Sequence[list[CountedTry]]:
    keys: defaultdict[Hashable, list[CountedTry]] = defaultdict(list)
    for one in tries:
        keys[one.key].append(one)
    return tuple(keys.values())


def _of_key(tries: list[CountedTry], shown: _Shown, conflict: int | None) -> Iterator[CountedOrder]:
    """Infer the orders of one key; `conflict` is the status of a repeat, or None if another order may be its reason."""
    created = _creations(tries)
    yield from (CountedOrder(one, certain=True) for one in created)
    unknown = [one for one in tries if one.left is Effect.UNKNOWN and not _is_rejected_later(one, tries)]
    if shown.creates_twice:
        yield from (CountedOrder(one, certain=False) for one in unknown)
        return
    conflicts = [one.ended or 0 for one in tries if conflict is not None and _is_conflict(one, conflict)]
    if created:
        if not (shown.rejects_repeats or conflicts):
            first = min(one.ended or 0 for one in created)
            yield from (CountedOrder(one, certain=False) for one in unknown if one.begun > first)
        return
    exists = any(ended > one.begun for one in unknown for ended in conflicts)
    # Without a reference no try is a repeat of another one.
    unique = exists or (shown.rejects_repeats and tries[0].reference is not None)
    count = 1 if unique else len(unknown)
    yield from (CountedOrder(one, certain=exists) for one in unknown[:count])
    storing = frozenset[int]() if shown.conflicts_needlessly else shown.storing
    stored = [one for one in tries if one.status in storing and (one.reference or one.instant)]
    if stored and not unknown:
        yield CountedOrder(stored[0], any(ended > stored[0].begun for ended in conflicts))


def _creations(tries: Iterable[CountedTry]) -> list[CountedTry]:
    """Return the tries that created orders; of several with the same `ref`, which are one order, only the first."""
    first: dict[str, CountedTry] = {}
    created = [one for one in tries if one.left is Effect.CREATED]
    return [one for one in created if one.ref is None or first.setdefault(one.ref, one) is one]


def _is_conflict(one: CountedTry, conflict: int) -> bool:
    return one.status == conflict and one.left is Effect.NONE


def _is_rejected_later(unknown: CountedTry, tries: Iterable[CountedTry]) -> bool:
    """Return whether the same request was rejected for its content after a try of it."""
    named = unknown.reference is not None and parse_leniently(unknown.instant) is not None
    always = _REJECTS_ALWAYS if unknown.must_be_rejected or not named else _FOR_CONTENT
    return any(one.begun > unknown.begun and one.request == unknown.request and one.status in always for one in tries)


def _shown_by(tries: list[CountedTry], conflict: int, known: frozenset[int]) -> _Shown:
    """Return what the tries of one reference show of the target; `known` are statuses known to store an order."""
    keys = _by_key(tries)
    twice = any(len(_creations(one)) > 1 for one in keys if one[0].reference is not None and one[0].instant)
    rejects = any(_rejects_repeat(one, conflict) for one in keys)
    open_ones = [one for one in tries if one.left is not Effect.NONE and not _is_rejected_later(one, tries)]
    if twice or rejects or open_ones:
        return _Shown(twice, rejects)
    refused = [one for one in tries if _is_conflict(one, conflict) and not one.must_be_rejected]
    if not refused:
        return _Shown()
    before = [one for one in tries if (one.ended or 0) < refused[0].begun]
    storing = {one.status for one in before if one.key == refused[0].key and _is_rejected(one, conflict)}
    if storing & known:
        # One of them explains the conflict.
        storing = set()
    return _Shown(conflicts_needlessly=not before, storing=frozenset(status for status in storing if status))


def _rejects_repeat(tries: Iterable[CountedTry], conflict: int) -> bool:
    created = [one.ended or 0 for one in tries if one.left is Effect.CREATED]
    return bool(created) and any(_is_conflict(one, conflict) and one.begun > min(created) for one in tries)


def _is_rejected(one: CountedTry, conflict: int) -> bool:
    return one.status in CLIENT_ERROR and one.status not in {conflict, TOO_MANY_REQUESTS}
