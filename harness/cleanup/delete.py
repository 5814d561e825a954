"""Delete orders one by one, if the target offers it.

A request goes only to the endpoint of the target, whatever host a link names, and only to the path segment of a single
order below it: a link to another order, to the endpoint or to a parent path could delete orders of others.
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
from orders_conformance.harness.ledger.reconcile import ABSENT, LedgerOrder
from orders_conformance.harness.messages.exchange import CLIENT_ERROR, REDIRECTION, SUCCESS, Request

# A path segment of RFC 3986, 3.3, without percent-encoding, which could encode a slash or a dot.
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]{1,200}")
_NOT_OFFERED = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.FORBIDDEN})
# After so many responses in a row that deleted nothing, no more is sent to a target that never deleted an order.
_MOST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """The result of deleting an order: a description, and the status of the response, or None."""

    order: LedgerOrder
    description: str
    status: int | None = None


@dataclass
class OrderDeleter:
    """Deletes orders at one target.

    Attributes:
        deliver: sends a request, with rate limit and retries.
        endpoint: the URL that orders were sent to.
        authorization: the header `Authorization` with the right credentials.
        unauthorized: the status that rejects credentials.
        on_result: called with the result of each request, before the next one is sent.
        deletes: whether the target was seen to delete an order.
        problem: the error that ended the deletion, or None.

    """

    deliver: Deliver
    endpoint: str
    authorization: str | None
    unauthorized: int
    on_result: Callable[[DeletionResult], None]
    deletes: bool = False
    problem: BrokenRunError | None = None

    def delete(self, orders: Iterable[LedgerOrder]) -> Iterator[DeletionResult]:
        """Delete orders, and yield a result for each; after a problem nothing more is sent."""
        failures, stopped = 0, ""
        for order in orders:
            item = segment(order, self.endpoint)
            if stopped or item is None:
                yield DeletionResult(order, stopped or "no link to this order alone is known")
                continue
            try:
                result = self._try(order, item)
            except BrokenRunError as problem:
                self.problem, stopped = problem, "not tried"
                yield DeletionResult(order, "failed")
                continue
            yield result
            failures = failures + 1 if not self.deletes else 0
            if result.status == self.unauthorized:
                self.problem, stopped = credentials_rejected(self.endpoint, result.status), "not tried"
            elif result.status in _NOT_OFFERED:
                stopped = "not tried: deletion is not offered"
            elif failures == _MOST_FAILURES:
                stopped = "not tried: nothing could be deleted before"

    def _try(self, order: LedgerOrder, item: str) -> DeletionResult:
        purpose = f"cleanup of {order.run}"
        outcome = self.deliver(Request(b"", None, self.authorization, purpose, "DELETE", item), "main")
        status = outcome.response.status if outcome.response else None
        self.deletes = self.deletes or status in SUCCESS
        result = DeletionResult(order, self._description(outcome, status), status)
        self.on_result(result)
        return result

    def _description(self, outcome: Delivery, status: int | None) -> str:
        if status is None:
            return f"failed ({outcome.failure.kind if outcome.failure else 'no response'})"
        if status in SUCCESS:
            return "deleted"
        if status in ABSENT:
            return "gone already" if self.deletes else "not found"
        if status in _NOT_OFFERED:
            return f"not offered (status {status})"
        if status in REDIRECTION:
            return f"redirected, not followed (status {status})"
        return f"{'rejected' if status in CLIENT_ERROR else 'failed'} (status {status})"


def credentials_rejected(endpoint: str, status: int) -> CredentialsRejectedError:
    """Return the error that ends a cleanup whose credentials the target rejects."""
    message = f"{endpoint} rejects the credentials (status {status}): check client key and API token"
    return CredentialsRejectedError(message)


def segment(order: LedgerOrder, endpoint: str) -> str | None:
    """Return the path segment of an order below an endpoint; None where it is not known with certainty.

    If `ref` and link are both known, they must agree. A link alone must be a URI right below the endpoint.
    """
    last = None if order.link is None else _last_segment(order.link, endpoint, anywhere=order.ref is not None)
    if order.link is not None and last != (order.ref or last):
        return None
    item = order.ref or last
    return item if item and _SEGMENT.fullmatch(item) and item.strip(".") else None


def _last_segment(link: str, endpoint: str, *, anywhere: bool) -> str | None:
    """Return the last segment of a link; None where the link is not right below the endpoint, unless `anywhere`."""
    try:
        above, _, last = urljoin(f"{endpoint}/", link).rpartition("/")
    except ValueError:
        return None
    return last if anywhere or above == endpoint else None
