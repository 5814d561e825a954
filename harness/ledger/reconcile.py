"""Infer from the tries in a ledger the orders that they created or may have created: a pure function.

Tries with the same key (reference and instant, as they were sent) are tries to create one order. A response that
reports a created order shows that earlier tries without a response created none. A conflict shows that one of them
created the order that conflicts, unless another order with the same reference may conflict. Where a run was seen to
create an order twice, neither conclusion holds, and each try without a response may have created its own order.
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
from orders_conformance.harness.redaction.matcher import HIDDEN
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse_leniently

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:orders-conformance:order")
# The statuses that say that an order does not exist.
ABSENT = frozenset({int(HTTPStatus.NOT_FOUND), int(HTTPStatus.GONE)})


class State(StrEnum):
    """The state of an order, as far as it is known."""

    CREATED = "created"
    POSSIBLE = "possible"
    DELETED = "deleted"
    GONE = "gone already"


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """An order that a run created, or may have created.

    Attributes:
        id: a UUID, derived from the ledger: the same ledger always gives the same one.
        run: the id of the run.
        reference: the organisation's reference; None where it is not known.
        instant: the date-time of the order, as it was written; None where it is not known.
        ref: the service's own reference; None where it is not known, or where several orders have the same one.
        link: the URI of the order in the response; None under the same conditions.
        purpose: the id of the requirement that it was sent for, or empty.
        state: its state, as far as it is known.

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
        """Whether the order still exists or may exist."""
        return self.state in {State.CREATED, State.POSSIBLE}

    @property
    def is_named(self) -> bool:
        """Whether reference and instant are known, which a batch file needs to delete the order."""
        return self.reference is not None and self.instant is not None


_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of the fields that identify an order."""

    reference: str
    instant: str
    ref: str
    link: str


def reconcile(ledger: LedgerContent, contract: Contract) -> tuple[LedgerOrder, ...]:
    """Return the orders of a ledger by run, each in the place of its first try; without those of embedded servers."""
    rule, identity = contract.extension.duplicate, contract.extension.identity
    names = _Names(rule.reference, rule.instant, identity.reference, identity.link)
    tries = [one for one in ledger.tries if not ledger.runs[one.run].embedded]
    targets = {run.id: run.target for run in ledger.runs.values()}
    found = [
        order
        for run in ledger.runs
        for order in _of_run([one for one in tries if one.run == run], names, contract.statuses.conflict)
    ]
    states = _states_after_deletion(ledger.deletions, targets, deleting(ledger))
    return tuple(replace(one, state=states.get(one.id, one.state)) for one in _unambiguous(found, targets))


def _of_run(tries: list[Try], names: _Names, conflict: int) -> Iterator[LedgerOrder]:
    groups: defaultdict[_Key, list[Try]] = defaultdict(list)
    for one in tries:
        reference = _unredacted(one.sent.get(names.reference))
        # Without a reference, only tries of the same request can be tries to create the same order.
        named = reference is not None
        groups[(reference or "", one.sent.get(names.instant, "") if named else one.request)].append(one)
    creates_twice = any(len(_creations(group, names.ref)) > 1 for key, group in groups.items() if all(key))
    used = Counter(key[0] for key, group in groups.items() if any(one.left is not Effect.NONE for one in group))
    for key, group in groups.items():
        conflicts = () if creates_twice or used[key[0]] > 1 else [one for one in group if one.status == conflict]
        yield from _of_key(key, group, names, conflicts, creates_twice=creates_twice)


def _of_key(
    key: _Key, group: list[Try], names: _Names, conflicts: Iterable[Try], *, creates_twice: bool
) -> Iterator[LedgerOrder]:
    created = _creations(group, names.ref)
    unknown = [one for one in group if one.left is Effect.UNKNOWN]
    if not key[0] or parse_leniently(key[1]) is None:
        # A conformant server rejects such a request: if one try was rejected, so were the tries before it.
        unknown = [one for one in unknown if not _rejected_later(one, group)]
    if not creates_twice:
        unknown = unknown[: 0 if created else 1]
    exists = any((later.ended or 0) > one.begun for one in unknown for later in conflicts)
    inferred = [(one, State.CREATED if exists else State.POSSIBLE) for one in unknown]
    for number, (one, state) in enumerate([*((one, State.CREATED) for one in created), *inferred]):
        candidates = (_unredacted(one.sent.get(names.instant)), _uncut(one.returned.get(names.instant)))
        instants = [text for text in candidates if parse_leniently(text) is not None]
        yield LedgerOrder(
            id=str(uuid.uuid5(_NAMESPACE, json.dumps([one.run, *key, number]))),
            run=one.run,
            reference=_unredacted(one.sent.get(names.reference)) or _uncut(one.returned.get(names.reference)),
            instant=next(iter(instants), None),
            ref=_uncut(one.returned.get(names.ref)),
            link=_uncut(one.returned.get(names.link)),
            purpose=one.purpose,
            state=state,
        )


def _creations(group: Iterable[Try], ref: str) -> list[Try]:
    """Return the tries that created orders; of several with the same `ref`, which are one order, only the first."""
    created = [(one, _uncut(one.returned.get(ref))) for one in group if one.left is Effect.CREATED]
    first = {ref_value: one for one, ref_value in reversed(created)}
    return [one for one, ref_value in created if ref_value is None or first[ref_value] is one]


def _rejected_later(unknown: Try, group: Iterable[Try]) -> bool:
    """Return whether the same request was rejected after a try of it."""
    later = [one for one in group if one.begun > unknown.begun and one.request == unknown.request]
    return any(one.status in CLIENT_ERROR and one.status != TOO_MANY_REQUESTS for one in later)


def _unredacted(text: str | None) -> str | None:
    """Return a text of a request; None where it is empty or a part of it was redacted."""
    return None if not text or HIDDEN in text else text


def _uncut(text: str | None) -> str | None:
    """Return a text of a response; None where it is empty, or a part of it was cut or redacted."""
    return None if text is None or len(text) >= LONGEST else _unredacted(text)


def _unambiguous(orders: list[LedgerOrder], targets: Mapping[str, str]) -> Iterator[LedgerOrder]:
    """Remove from orders each `ref` and link that a target returned for several of them: it identifies none."""
    times = Counter((targets[one.run], text) for one in orders for text in {one.ref, one.link})
    for one in orders:
        ref, link = (None if times[targets[one.run], text] > 1 else text for text in (one.ref, one.link))
        # With a unique `ref`, the link is only compared to it.
        yield replace(one, ref=ref, link=one.link if ref else link)


def deleting(ledger: LedgerContent) -> frozenset[str]:
    """Return the base URLs of the targets that were seen to delete an order."""
    return frozenset(ledger.runs[one.run].target for one in ledger.deletions if one.status in SUCCESS)


def _states_after_deletion(
    deletions: Sequence[Deletion], targets: Mapping[str, str], deleting_targets: frozenset[str]
) -> Mapping[str, State]:
    """Return the state of each order that a deletion was tried of, by its id.

    A status such as 404 counts as gone only at targets that were seen to delete: others may have no URI for orders.
    """
    gone = {one.order: State.GONE for one in deletions if one.status in ABSENT and targets[one.run] in deleting_targets}
    return {**gone, **{one.order: State.DELETED for one in deletions if one.status in SUCCESS}}
