"""Deleting orders one by one, where the target offers it.

A request goes to the target's own endpoint only, whatever host a link names, and only to a segment below it that tells
one order: a link to another order, to the endpoint itself or up the path would remove what is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin

from orders_conformance.harness.client.retry import Delivery
from orders_conformance.harness.client.sender import Deliver
from orders_conformance.harness.errors import BrokenRunError, CredentialsRejectedError
from orders_conformance.harness.exchange import CLIENT_ERROR, REDIRECTION, SUCCESS, Request
from orders_conformance.harness.ledger.reconcile import ABSENT, LedgerOrder

# What RFC 3986, 3.3, allows in a segment, without escapes: they could hide a slash or a dot.
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]{1,200}")
_NOT_OFFERED = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.FORBIDDEN})
# Answers in a row that deleted nothing, of a target that never did, by which it is taken not to offer it.
_DOUBTS = 3


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """What became of an order that was to be deleted, in words; `status` of the answer, where there was one."""

    order: LedgerOrder
    told: str
    status: int | None = None


@dataclass
class OrderDeleter:
    """Deletes orders at one target.

    Attributes:
        deliver: sends a request, with pace and retries.
        endpoint: the URL that orders were sent to.
        authorization: the header of the right credentials.
        unauthorized: the status by which credentials are refused.
        keep: takes each removal that was tried, before the next one is.
        deletes: whether the target was seen to delete an order.
        problem: why nothing more could be deleted, if so.

    """

    deliver: Deliver
    endpoint: str
    authorization: str | None
    unauthorized: int
    keep: Callable[[DeletionResult], None]
    deletes: bool = False
    problem: BrokenRunError | None = None

    def remove(self, orders: Iterable[LedgerOrder]) -> Iterator[DeletionResult]:
        """Delete orders, and tell of each what happened; after a problem nothing more is sent."""
        doubts, stopped = 0, ""
        for order in orders:
            item = segment(order, self.endpoint)
            if stopped or item is None:
                yield DeletionResult(order, stopped or "no link of its own is known")
                continue
            try:
                removal = self._try(order, item)
            except BrokenRunError as problem:
                self.problem, stopped = problem, "not tried"
                yield DeletionResult(order, "failed")
                continue
            yield removal
            doubts = doubts + 1 if not self.deletes else 0
            if removal.status == self.unauthorized:
                self.problem, stopped = self._refused(removal.status), "not tried"
            elif removal.status in _NOT_OFFERED:
                stopped = "not tried: deletion is not offered"
            elif doubts == _DOUBTS:
                stopped = "not tried: nothing could be deleted before"

    def _try(self, order: LedgerOrder, item: str) -> DeletionResult:
        purpose = f"cleanup of {order.run}"
        outcome = self.deliver(Request(b"", None, self.authorization, purpose, "DELETE", item), "main")
        status = outcome.response.status if outcome.response else None
        self.deletes = self.deletes or status in SUCCESS
        removal = DeletionResult(order, self._words(outcome, status), status)
        self.keep(removal)
        return removal

    def _refused(self, status: int) -> CredentialsRejectedError:
        message = f"{self.endpoint} refuses the credentials (status {status}): check client key and API token"
        return CredentialsRejectedError(message)

    def _words(self, outcome: Delivery, status: int | None) -> str:
        if status is None:
            return f"failed ({outcome.failure.kind if outcome.failure else 'no answer'})"
        if status in SUCCESS:
            return "deleted"
        if status in ABSENT:
            return "gone already" if self.deletes else "not found"
        if status in _NOT_OFFERED:
            return f"not offered (status {status})"
        if status in REDIRECTION:
            return f"redirected, not followed (status {status})"
        return f"{'refused' if status in CLIENT_ERROR else 'failed'} (status {status})"


def segment(order: LedgerOrder, endpoint: str) -> str | None:
    """Tell the segment below an endpoint that is an order's own; None where there is none to rely on.

    Where reference and link are both known, they must agree. A link alone must be one to the endpoint's own host.
    """
    own = None if order.link is None else _last(order.link, endpoint, anywhere=order.ref is not None)
    if order.link is not None and own != (order.ref or own):
        return None
    item = order.ref or own
    return item if item and _SEGMENT.fullmatch(item) and item.strip(".") else None


def _last(link: str, endpoint: str, *, anywhere: bool) -> str | None:
    """Take the last segment from a link, which must lie right below an endpoint unless it may lie anywhere."""
    try:
        above, _, last = urljoin(f"{endpoint}/", link).rpartition("/")
    except ValueError:
        return None
    return last if anywhere or above == endpoint else None
