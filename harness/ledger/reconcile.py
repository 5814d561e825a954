"""List from a ledger the orders that its runs created or may have created: a pure function.

Which tries created orders is inferred by `account`, as it is during the run.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus

from orders_conformance.harness.ledger.account import CountedTry, OrderAccount
from orders_conformance.harness.ledger.reader import Deletion, LedgerContent, Lookup, Try
from orders_conformance.harness.ledger.writer import LONGEST
from orders_conformance.harness.messages.exchange import SUCCESS
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
    MISSING = "not there"


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
        status: the status of the response to the request that created it or may have; None without a response.

    """

    id: str
    run: str
    reference: str | None
    instant: str | None
    ref: str | None
    link: str | None
    purpose: str
    state: State
    status: int | None = None

    @property
    def is_left(self) -> bool:
        """Whether the order still exists or may exist."""
        return self.state in {State.CREATED, State.POSSIBLE}

    @property
    def is_named(self) -> bool:
        """Whether reference and instant are known, which a batch file needs to delete the order."""
        return self.reference is not None and self.instant is not None


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
    lookups = {one.order: one for one in ledger.lookups}
    looked_up = [_after_lookup(one, lookups.get(one.id), names) for one in found]
    states = _states_after_deletion(ledger.deletions, targets, deleting(ledger))
    return tuple(replace(one, state=states.get(one.id, one.state)) for one in _unambiguous(looked_up, targets))


def _of_run(tries: list[Try], names: _Names, conflict: int) -> Iterator[LedgerOrder]:
    by_line = {one.begun: one for one in tries}
    account, first = OrderAccount(conflict), dict[Hashable, int]()
    for one in tries:
        counted = _counted(one, names)
        first.setdefault(counted.key, one.begun)
        account.add(counted)
    numbers: Counter[Hashable] = Counter()
    for order in sorted(account.orders(), key=lambda order: first[order.by.key]):
        key = order.by.key
        yield _listed(by_line[order.by.begun], key, numbers[key], names, certain=order.certain)
        numbers[key] += 1


def _counted(one: Try, names: _Names) -> CountedTry:
    return CountedTry(
        request=one.request,
        begun=one.begun,
        reference=_unredacted(one.sent.get(names.reference)),
        instant=one.sent.get(names.instant, ""),
        must_be_rejected=one.must_be_rejected,
        ended=one.ended,
        status=one.status,
        left=one.left,
        ref=_uncut(one.returned.get(names.ref)),
    )


def _listed(one: Try, key: tuple[str, Hashable], number: int, names: _Names, *, certain: bool) -> LedgerOrder:
    return LedgerOrder(
        id=str(uuid.uuid5(_NAMESPACE, json.dumps([one.run, *key, number]))),
        run=one.run,
        reference=_unredacted(one.sent.get(names.reference)) or _uncut(one.returned.get(names.reference)),
        instant=_instant(_unredacted(one.sent.get(names.instant)), _uncut(one.returned.get(names.instant))),
        ref=_uncut(one.returned.get(names.ref)),
        link=_uncut(one.returned.get(names.link)),
        purpose=one.purpose,
        state=State.CREATED if certain else State.POSSIBLE,
        status=one.status,
    )


def _after_lookup(order: LedgerOrder, lookup: Lookup | None, names: _Names) -> LedgerOrder:
    """Return an order whose outcome was unknown with what the target said of it last."""
    if lookup is None or order.state is not State.POSSIBLE:
        return order
    if not lookup.found:
        return replace(order, state=State.MISSING)
    ref, link = (_uncut(lookup.returned.get(name)) for name in (names.ref, names.link))
    instant = order.instant or _instant(_uncut(lookup.returned.get(names.instant)))
    return replace(order, state=State.CREATED, ref=ref, link=link, instant=instant)


def _instant(*candidates: str | None) -> str | None:
    return next((text for text in candidates if parse_leniently(text) is not None), None)


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
