"""Count the requests and orders of a run, and allow no more than its limits."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

from orders_conformance.harness.client.limits.wrong_logins import WrongLogins
from orders_conformance.harness.errors import BudgetSpentError, LimitReachedError
from orders_conformance.harness.ledger.account import CountedTry, OrderAccount
from orders_conformance.harness.ledger.names import OrderNames
from orders_conformance.harness.messages.exchange import Effect, Failure, Request, Response, effect


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """The most requests, orders and wrong logins of a run; None for no limit."""

    requests: int | None = None
    orders: int | None = None
    wrong_logins: int | None = None


@dataclass
class Budget:
    """Counts the requests and orders of a run, and stops the run at its limits; thread-safe.

    Every request reserves an order before it is sent, one that must be rejected too: a server may store it all the
    same. What it created, or may have created, is inferred by the account, which `cleanup` infers from as well.

    Attributes:
        limits: the most requests and orders.
        conflict: the status that says that the order exists already.
        names: reads what identifies an order; None where that is not known: then each request is one of its own.
        requests: the number of tries so far.
        peak: the most orders so far that existed, may have existed, or were reserved at one time.

    """

    limits: BudgetLimits
    conflict: int
    names: OrderNames | None = None
    requests: int = 0
    peak: int = 0

    def __post_init__(self) -> None:
        """Start with no try."""
        self._lock = threading.Lock()
        self._in_flight = 0
        self._moments = itertools.count(1)
        self.wrong_logins = WrongLogins(self.limits.wrong_logins)
        self._account = OrderAccount(self.conflict)
        self._ended = False

    @property
    def orders(self) -> int:
        """The number of orders that are known to have been created."""
        return self._account.created

    @property
    def possible(self) -> int:
        """The number of orders that may have been created without a response, including tries in flight."""
        return self._account.possible + self._in_flight

    def end(self) -> None:
        """Allow no further try."""
        with self._lock:
            self._ended = True

    def reserve(self, requests: int = 1) -> None:
        """Check that a number of requests may still be sent, even if each of them creates an order.

        Raises:
            BudgetSpentError: the budget does not allow them.
            LimitReachedError: the run has ended.

        """
        with self._lock:
            self._check(requests)

    def admit(self, request: Request) -> CountedTry:
        """Count a try that is about to be sent; return it, to be settled.

        Raises:
            BudgetSpentError: the budget does not allow it.
            LimitReachedError: the run has ended.

        """
        reference, instant = self.names.key(request.body) if self.names else (None, "")
        with self._lock:
            self._check(1)
            self.wrong_logins.count(request)
            self.requests += 1
            self._in_flight += 1
            return CountedTry(
                request=request.identity,
                begun=next(self._moments),
                reference=reference,
                instant=instant,
                must_be_rejected=not request.may_create,
            )

    def settle(
        self, request: Request, one: CountedTry, outcome: Response | Failure | None, left: Effect | None = None
    ) -> None:
        """Count the outcome of a try.

        Args:
            request: the request that was sent.
            one: the try.
            outcome: the response or the failure; None where it is not known.
            left: the effect of the try; None for what the outcome says.

        """
        one.status = outcome.status if isinstance(outcome, Response) else None
        one.left = left or effect(one.status, outcome.kind if isinstance(outcome, Failure) else None)
        if self.names and isinstance(outcome, Response) and one.left is Effect.CREATED:
            one.ref = self.names.ref(outcome.body)
        with self._lock:
            self._in_flight -= 1
            self.wrong_logins.note(request, outcome if isinstance(outcome, Response) else None)
            one.ended = next(self._moments)
            self._account.add(one)

    def _check(self, requests: int) -> None:
        if self._ended:
            message = "the run has ended: nothing more is sent"
            raise LimitReachedError(message)
        orders = self.orders + self.possible
        for what, limit, spent in (
            ("requests", self.limits.requests, self.requests),
            ("orders", self.limits.orders, orders),
        ):
            if limit is not None and spent + requests > limit:
                message = f"the budget of {limit} {what} is spent: allow more to judge the rest"
                raise BudgetSpentError(message)
        self.peak = max(self.peak, orders + requests)
