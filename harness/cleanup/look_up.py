"""Ask the target for orders whose outcome is unknown, where it offers that: `GET` of its orders by their reference.

The contract says nothing of it: whatever a target responds, it either shows that an order is there, or that it is not,
or nothing. That an order is missing is believed only of a target that was seen to find another order so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from orders_conformance.harness.cleanup.delete import credentials_rejected
from orders_conformance.harness.client.sender import Deliver
from orders_conformance.harness.errors import BrokenRunError
from orders_conformance.harness.ledger.reconcile import LedgerOrder, State
from orders_conformance.harness.messages.exchange import SERVER_ERROR, SUCCESS, Request
from orders_conformance.harness.messages.json_body import read_body
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse_leniently
from orders_conformance.spec.extension import Identity

# A target may cut or round the fraction of a second.
_SAME = timedelta(seconds=1)
# After so many requests in a row without a response, or with a server error, no more is sent.
_MOST_FAILURES = 3
_NOT_IMPLEMENTED = HTTPStatus.NOT_IMPLEMENTED

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What was found of an order: whether it is there, and the fields of the target's order that identify it."""

    order: LedgerOrder
    found: bool
    returned: Mapping[str, str] = field(default_factory=dict)


@dataclass
class OrderFinder:
    """Looks orders up at one target.

    Attributes:
        deliver: sends a request, with rate limit and retries.
        endpoint: the URL that orders were sent to.
        authorization: the header `Authorization` with the right credentials.
        contract: the contract, which names the fields that identify an order.
        on_result: called with what is known of an order, before the next request is sent.
        note: called with a sentence for the user where nothing can be found out.
        problem: the error that ended the look-up, or None.

    """

    deliver: Deliver
    endpoint: str
    authorization: str | None
    contract: Contract
    on_result: Callable[[LookupResult], None]
    note: Callable[[str], None]
    problem: BrokenRunError | None = None
    _failures: int = field(default=0, init=False)

    def look_up(self, orders: Sequence[LedgerOrder]) -> None:
        """Look up the orders whose outcome is unknown; the others of the run show what the target can find."""
        wanted = [one for one in orders if one.state in {State.POSSIBLE, State.MISSING} and one.reference is not None]
        if not wanted:
            return
        try:
            finds = self._finds(orders)
            for reference, same in _by_reference(wanted).items():
                known = [one for one in orders if one.reference == reference and one.state is not State.POSSIBLE]
                documents = self._orders(reference, same[0].run)
                if documents is not None:
                    self._match(same, known, documents, finds=finds)
        except _NotOfferedError as reason:
            self.note(f"orders whose outcome is unknown could not be looked up ({reason})")
        except BrokenRunError as problem:
            self.problem = problem

    def _finds(self, orders: Iterable[LedgerOrder]) -> bool:
        """Return whether the target finds an order that is known to be there by its reference."""
        known = next((one for one in orders if one.state is State.CREATED and one.reference is not None), None)
        if known is None or known.reference is None:
            return False
        documents = self._orders(known.reference, known.run) or ()
        return any(self._is_same(known, document) for document in documents)

    def _match(
        self,
        wanted: Sequence[LedgerOrder],
        known: Iterable[LedgerOrder],
        documents: Sequence[Document],
        *,
        finds: bool,
    ) -> None:
        """Give each order one of the target's orders that is that of no other order."""
        refs = {one.ref for one in known if one.ref is not None}
        left = [one for one in documents if self._text(one, self._identity.reference) not in refs]
        # A target that returns other orders as well ignores the query, and may return a part of its orders only.
        shows_missing = finds and all(self._has_reference(one, wanted[0]) for one in documents)
        for order in wanted:
            document = next((one for one in left if self._is_same(order, one)), None)
            if document is not None:
                left.remove(document)
                self.on_result(LookupResult(order, found=True, returned=self._names(document)))
            elif shows_missing:
                self.on_result(LookupResult(order, found=False))

    @property
    def _identity(self) -> Identity:
        return self.contract.extension.identity

    def _has_reference(self, document: Document, order: LedgerOrder) -> bool:
        reference = self._text(document, self.contract.extension.duplicate.reference)
        return reference is not None and reference.strip().casefold() == (order.reference or "").strip().casefold()

    def _is_same(self, order: LedgerOrder, document: Document) -> bool:
        instants = (order.instant, document.get(self.contract.extension.duplicate.instant))
        sent, stored = map(parse_leniently, instants)
        return self._has_reference(document, order) and (sent is None or stored is None or abs(sent - stored) < _SAME)

    def _names(self, document: Document) -> Mapping[str, str]:
        rule = self.contract.extension.duplicate
        names = (rule.reference, rule.instant, self._identity.reference, self._identity.link)
        return {name: text for name in names if (text := self._text(document, name)) is not None}

    @staticmethod
    def _text(document: Document, name: str) -> str | None:
        value = document.get(name)
        return value if isinstance(value, str) else None

    def _orders(self, reference: str, run: str) -> Sequence[Document] | None:
        """Return the target's orders with a reference; None where its response does not say.

        Raises:
            _NotOfferedError: it offers no such request.
            CredentialsRejectedError: it rejects the credentials.
            BrokenRunError: it cannot be reached.

        """
        name = self.contract.extension.duplicate.reference
        query = urlencode({name: reference}, errors="replace")
        purpose = f"look-up for {run}"
        request = Request(b"", None, self.authorization, purpose, "GET", query=query, may_create=False)
        response = self.deliver(request, "main").response
        status = response.status if response is not None else None
        if status == self.contract.statuses.unauthorized:
            raise credentials_rejected(self.endpoint, status)
        if status is not None and status not in SUCCESS and (status < SERVER_ERROR or status == _NOT_IMPLEMENTED):
            message = f"the target does not offer it: status {status}"
            raise _NotOfferedError(message)
        documents = _documents(response.body, name) if response is not None and status in SUCCESS else None
        self._failures = self._failures + 1 if documents is None else 0
        if self._failures == _MOST_FAILURES:
            message = f"{_MOST_FAILURES} responses in a row say nothing of orders"
            raise _NotOfferedError(message)
        return documents


class _NotOfferedError(Exception):
    """The target does not offer to look up orders; the message says why."""


def _by_reference(orders: Iterable[LedgerOrder]) -> Mapping[str, list[LedgerOrder]]:
    found: dict[str, list[LedgerOrder]] = {}
    for order in orders:
        found.setdefault(order.reference or "", []).append(order)
    return found


def _documents(body: bytes, reference: str) -> Sequence[Document] | None:
    """Return the orders in a response body: a list, an object with one list, or a single order; else None.

    Args:
        body: the body.
        reference: the name of the field that every order has.

    """
    # The body as the value of a member, since it may be any JSON.
    whole = (read_body(b'{"body":' + body + b"}")[1] or {}).get("body")
    if isinstance(whole, dict):
        lists = [one for one in whole.values() if isinstance(one, list)]
        whole = [whole] if reference in whole else lists[0] if len(lists) == 1 else None
    return whole if isinstance(whole, list) and all(isinstance(one, dict) for one in whole) else None
