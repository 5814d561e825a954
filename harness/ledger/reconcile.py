"""From the tries of a ledger to the orders that they created, or may have created: a pure function.

Tries of one key, reference and instant as they were written, are tries to create one order. An order that was answered
explains the tries before it that were not; a conflict shows that one of them created the order that is in the way,
unless another order of the same reference may be. Where a run was seen to create an order twice, neither can be relied
on, and each such try may have created one of its own.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus

from orders_conformance.harness.exchange import CLIENT_ERROR, SUCCESS, TOO_MANY_REQUESTS, Effect
from orders_conformance.harness.ledger.reader import Deletion, LedgerContent, Try
from orders_conformance.harness.ledger.writer import LONGEST
from orders_conformance.harness.redaction import HIDDEN
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse_leniently

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:orders-conformance:order")
# The statuses by which an order is not there.
ABSENT = frozenset({int(HTTPStatus.NOT_FOUND), int(HTTPStatus.GONE)})


class State(StrEnum):
    """What is known of an order."""

    CREATED = "created"
    POSSIBLE = "possible"
    DELETED = "deleted"
    GONE = "gone already"


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """An order that a run created, or may have created.

    Attributes:
        id: a UUID that the same ledger always gives it.
        run: the id of the run.
        reference: the organisation's reference; None where it is not known.
        instant: when it was ordered, as it was written; None where it is not known.
        ref: the service's own reference; None where it is not known, or several orders were answered with it.
        link: where the service says it is, under the same condition.
        purpose: the requirement that it was sent for, or nothing.
        state: what is known of it.

    """

    id: str
    run: str
    reference: str | None
    instant: str | None
    ref: str | None
    link: str | None
    purpose: str
    state: State

    @property
    def is_left(self) -> bool:
        """Whether it is, or may be, still there."""
        return self.state in {State.CREATED, State.POSSIBLE}

    @property
    def is_named(self) -> bool:
        """Whether a batch file can name it: by reference and instant."""
        return self.reference is not None and self.instant is not None


_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of the fields by which the contract knows an order."""

    reference: str
    instant: str
    ref: str
    link: str


def reconcile(accounts: LedgerContent, contract: Contract) -> tuple[LedgerOrder, ...]:
    """List the orders of a ledger, run by run, each where its first try stands; those of embedded servers are gone."""
    rule, identity = contract.extension.duplicate, contract.extension.identity
    names = _Names(rule.reference, rule.instant, identity.reference, identity.link)
    tries = [one for one in accounts.tries if not accounts.runs[one.run].embedded]
    targets = {run.id: run.target for run in accounts.runs.values()}
    found = [
        order
        for run in accounts.runs
        for order in _of_run([one for one in tries if one.run == run], names, contract.statuses.conflict)
    ]
    fates = _fates(accounts.deletions, targets, deleting(accounts))
    return tuple(replace(one, state=fates.get(one.id, one.state)) for one in _unambiguous(found, targets))


def _of_run(tries: list[Try], names: _Names, conflict: int) -> Iterator[LedgerOrder]:
    groups: defaultdict[_Key, list[Try]] = defaultdict(list)
    for one in tries:
        reference = _shown(one.sent.get(names.reference))
        # Without a reference, only the very same request can have been about the same order.
        named = reference is not None
        groups[(reference or "", one.sent.get(names.instant, "") if named else one.request)].append(one)
    twice = any(len(_creations(group, names.ref)) > 1 for key, group in groups.items() if all(key))
    used = Counter(key[0] for key, group in groups.items() if any(one.left is not Effect.NONE for one in group))
    for key, group in groups.items():
        conflicts = () if twice or used[key[0]] > 1 else [one for one in group if one.status == conflict]
        yield from _of_key(key, group, names, conflicts, twice=twice)


def _of_key(
    key: _Key, group: list[Try], names: _Names, conflicts: Iterable[Try], *, twice: bool
) -> Iterator[LedgerOrder]:
    created = _creations(group, names.ref)
    unknown = [one for one in group if one.left is Effect.UNKNOWN]
    if not key[0] or parse_leniently(key[1]) is None:
        # Such a request is refused by every server that conforms; when this one was, the tries before it were as well.
        unknown = [one for one in unknown if not _refused_later(one, group)]
    if not twice:
        unknown = unknown[: 0 if created else 1]
    exists = any((later.ended or 0) > one.begun for one in unknown for later in conflicts)
    doubtful = [(one, State.CREATED if exists else State.POSSIBLE) for one in unknown]
    for number, (one, state) in enumerate([*((one, State.CREATED) for one in created), *doubtful]):
        known = (_shown(one.sent.get(names.instant)), _whole(one.answered.get(names.instant)))
        instants = [text for text in known if parse_leniently(text) is not None]
        yield LedgerOrder(
            id=str(uuid.uuid5(_NAMESPACE, json.dumps([one.run, *key, number]))),
            run=one.run,
            reference=_shown(one.sent.get(names.reference)) or _whole(one.answered.get(names.reference)),
            instant=next(iter(instants), None),
            ref=_whole(one.answered.get(names.ref)),
            link=_whole(one.answered.get(names.link)),
            purpose=one.purpose,
            state=state,
        )


def _creations(group: Iterable[Try], ref: str) -> list[Try]:
    """List the tries that created orders; the same `ref` again is the same order again."""
    created = [(one, _whole(one.answered.get(ref))) for one in group if one.left is Effect.CREATED]
    first = {own: one for one, own in reversed(created)}
    return [one for one, own in created if own is None or first[own] is one]


def _refused_later(unknown: Try, group: Iterable[Try]) -> bool:
    """Whether the very same request was refused after a try of it."""
    later = [one for one in group if one.begun > unknown.begun and one.request == unknown.request]
    return any(one.status in CLIENT_ERROR and one.status != TOO_MANY_REQUESTS for one in later)


def _shown(text: str | None) -> str | None:
    """Return a text that was sent, or None where some of it is hidden, or it is blank."""
    return None if not text or HIDDEN in text else text


def _whole(text: str | None) -> str | None:
    """Return a text that was answered, or None where the ledger does not hold all of it, or it is blank."""
    return None if text is None or len(text) >= LONGEST else _shown(text)


def _unambiguous(orders: list[LedgerOrder], targets: Mapping[str, str]) -> Iterator[LedgerOrder]:
    """Take from orders what a target answered for several of them: it tells none of them."""
    times = Counter((targets[one.run], text) for one in orders for text in {one.ref, one.link})
    for one in orders:
        ref, link = (None if times[targets[one.run], text] > 1 else text for text in (one.ref, one.link))
        # Beside a ref of its own, a link has only to agree with it.
        yield replace(one, ref=ref, link=one.link if ref else link)


def deleting(accounts: LedgerContent) -> frozenset[str]:
    """Name the targets that were seen to delete orders."""
    return frozenset(accounts.runs[one.run].target for one in accounts.deletions if one.status in SUCCESS)


def _fates(deletions: Sequence[Deletion], targets: Mapping[str, str], deletes: frozenset[str]) -> Mapping[str, State]:
    """Tell what became of the orders that were to be deleted, by their ids.

    That an order is absent is believed of a target that was seen to delete: another one may not know the way to any.
    """
    gone = {one.order: State.GONE for one in deletions if one.status in ABSENT and targets[one.run] in deletes}
    return {**gone, **{one.order: State.DELETED for one in deletions if one.status in SUCCESS}}
