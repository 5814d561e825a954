"""The limits of a run on its target: budget, rate, circuit breaker and account lockout, checked before each try."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.client.wrong_logins import WrongLogins
from orders_conformance.harness.errors import BudgetSpentError, CircuitOpenError, LimitReachedError
from orders_conformance.harness.ledger.account import CountedTry, OrderAccount
from orders_conformance.harness.ledger.names import OrderNames
from orders_conformance.harness.ledger.writer import LedgerWriter
from orders_conformance.harness.messages.exchange import (
    SERVER_ERROR,
    SUCCESS,
    Effect,
    Failure,
    Request,
    Response,
    effect,
)

# Tries per second once a rate limit of the target was seen: at first, and at least.
_FIRST_LIMIT, _SLOWEST = 8.0, 1.0
# More than 1 by what adding up binary fractions may lose.
_TOLERANCE = 1.001


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


@dataclass
class RateLimit:
    """Spaces tries evenly; thread-safe.

    Attributes:
        rate: the most tries per second; 0 for no limit.
        clock: returns seconds, monotonic.
        sleep: waits a number of seconds.

    """

    rate: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def wait(self, at_once: bool = False) -> None:  # noqa: FBT001, FBT002 - a callable of one argument is passed on
        """Wait until the next try may be sent.

        Args:
            at_once: whether it may follow the try before it without a wait. The average rate is kept: the next try
                waits longer, and no two in a row skip their wait.

        """
        if not self.rate:
            return
        with self._lock:
            now, interval = self.clock(), 1 / self.rate
            start = now if at_once and self._next <= now + interval * _TOLERANCE else max(now, self._next)
            self._next = max(start, self._next) + interval
        if start > now:
            self.sleep(start - now)

    def slow_down(self) -> None:
        """Halve the rate, to one try per second at least; where there was no limit, set one."""
        with self._lock:
            self.rate = min(self.rate, max(_SLOWEST, self.rate / 2)) if self.rate else _FIRST_LIMIT


@dataclass
class CircuitBreaker:
    """Opens after a number of server errors in a row, for any requests; `limit` None for never."""

    limit: int | None
    _errors: int = field(default=0, init=False)

    def check(self) -> None:
        """Check that the circuit is closed.

        Raises:
            CircuitOpenError: it is open.

        """
        if self.limit is not None and self._errors >= self.limit:
            message = f"{self._errors} server errors in a row: the run stopped to spare the target"
            raise CircuitOpenError(message)

    def settle(self, status: int | None) -> None:
        """Count a response by its status; None, where there was no response, changes nothing."""
        if status is not None:
            self._errors = self._errors + 1 if status >= SERVER_ERROR else 0


@dataclass
class LimitedTransport:
    """A transport within the limits of budget and circuit breaker, which writes each try into the ledger."""

    send: Transport
    budget: Budget
    breaker: CircuitBreaker
    ledger_writer: LedgerWriter | None = None
    # The statuses of pages that came in answer to requests that create nothing.
    _pages: set[int] = field(default_factory=set, init=False)

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request once.

        Raises:
            BudgetSpentError, CircuitOpenError: nothing more may be sent.
            TargetUnavailableError: the target cannot be reached.

        """
        if not request.is_waiting:
            self.breaker.check()
        counted = self.budget.admit(request)
        outcome: Response | Failure | None = None
        left: Effect | None = None
        try:
            entry = self.ledger_writer.intend(request) if self.ledger_writer else ""
            outcome = self.send(request, connection)
            left = self._left(request, outcome)
            if self.ledger_writer:
                self.ledger_writer.settle(entry, outcome, left)
        finally:
            # An interrupted request may have been received: without a response its outcome is unknown.
            status = outcome.status if isinstance(outcome, Response) else None
            self.budget.settle(request, counted, outcome, left)
            if not (request.is_waiting and status is not None and status >= SERVER_ERROR):
                self.breaker.settle(status)
        return outcome

    def _left(self, request: Request, outcome: Response | Failure) -> Effect | None:
        """Return the effect of a try where its status does not tell it; else None.

        A success other than 201 with an HTML page may be a sign-in page or the page of a firewall: it created nothing
        if the same came in answer to a request that creates nothing. Else it is not known.
        """
        if isinstance(outcome, Failure) or outcome.is_created or not (outcome.status in SUCCESS and outcome.is_page):
            return None
        if not request.may_create:
            self._pages.add(outcome.status)
        return Effect.NONE if outcome.status in self._pages else Effect.UNKNOWN


@dataclass
class LockoutProtection:
    """Limits requests with wrong credentials in a row, since a server may lock the account after a few.

    Attributes:
        limit: the most that may be sent in a row, including retries.

    """

    limit: int = 4
    _in_a_row: int = field(default=0, init=False)

    def is_due(self, request: Request) -> bool:
        """Count a request that is about to be sent; return whether one with right credentials must be sent first."""
        self._in_a_row = 0 if request.has_right_credentials else self._in_a_row + 1
        due = self._in_a_row > self.limit
        if due:
            self._in_a_row = 1
        return due

    def count_retries(self, retries: int) -> None:
        """Count the retries of the last request."""
        if self._in_a_row:
            self._in_a_row += retries
