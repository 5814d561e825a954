"""The limits of a run on its target: budget, rate, circuit breaker and account lockout, checked before each try."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.errors import BudgetSpentError, CircuitOpenError, LimitReachedError
from orders_conformance.harness.exchange import (
    SERVER_ERROR,
    SUCCESS,
    TOO_MANY_REQUESTS,
    Effect,
    Failure,
    Request,
    Response,
    effect,
)
from orders_conformance.harness.ledger.writer import LedgerWriter

# Tries per second once a rate limit of the target was seen: at first, and at least.
_FIRST_LIMIT, _SLOWEST = 8.0, 1.0
# More than 1 by what adding up binary fractions may lose.
_TOLERANCE = 1.001

# The values by which two requests are the same request: body, media type and credentials.
_Identity = tuple[bytes, str | None, str | None]


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """The most requests and orders of a run; None for no limit."""

    requests: int | None = None
    orders: int | None = None


@dataclass
class Budget:
    """Counts the requests and orders of a run, and stops the run at its limits; thread-safe.

    A try with an unknown outcome counts as an order, and so does every try in flight; a request that a conformant
    server must reject counts as none. If the same request is tried again and gets a response, this shows what the
    earlier tries did, unless the target was seen to create an order twice.

    Attributes:
        limits: the most requests and orders.
        conflict: the status that says that the order exists already.
        requests: the number of tries so far.
        orders: the number of orders that are known to have been created.

    """

    limits: BudgetLimits
    conflict: int
    requests: int = 0
    orders: int = 0

    def __post_init__(self) -> None:
        """Start with no try."""
        self._lock = threading.Lock()
        self._in_flight = 0
        self._unknown: dict[_Identity, int] = {}
        self._created: set[_Identity] = set()
        # Tries that a later response showed to have created nothing; if the target creates twice, they count again.
        self._ruled_out = 0
        self._creates_twice = False
        self._ended = False

    @property
    def possible(self) -> int:
        """The number of orders that may have been created without a response, including tries in flight."""
        ruled_out = self._ruled_out if self._creates_twice else 0
        return sum(self._unknown.values()) + ruled_out + self._in_flight

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

    def admit(self) -> None:
        """Count a try that is about to be sent.

        Raises:
            BudgetSpentError: the budget does not allow it.
            LimitReachedError: the run has ended.

        """
        with self._lock:
            self._check(1)
            self.requests += 1
            self._in_flight += 1

    def settle(self, request: Request, status: int | None, failure: str | None, left: Effect | None = None) -> None:
        """Count the outcome of a try.

        Args:
            request: the request that was sent.
            status: the status of the response, or None.
            failure: the kind of the failure, or None.
            left: the effect of the try; None for what status and failure say.

        """
        identity = request.identity
        left = left or effect(status, failure)
        lost = left is Effect.UNKNOWN and request.may_create
        with self._lock:
            self._in_flight -= 1
            if lost:
                self._unknown[identity] = self._unknown.get(identity, 0) + 1
            elif left is not Effect.UNKNOWN and status is not None and status != TOO_MANY_REQUESTS:
                self._count_response(identity, left, exists=status == self.conflict)

    def _count_response(self, identity: _Identity, left: Effect, *, exists: bool) -> None:
        before = self._unknown.get(identity, 0)
        if left is Effect.CREATED:
            self._creates_twice = self._creates_twice or identity in self._created
            self._created.add(identity)
            self.orders += 1
        if before and not self._creates_twice:
            del self._unknown[identity]
            # An earlier try created the order that conflicts now.
            if exists and identity not in self._created:
                self.orders += 1
                self._created.add(identity)
                before -= 1
            self._ruled_out += before

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
        self.breaker.check()
        self.budget.admit()
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
            self.budget.settle(request, status, outcome.kind if isinstance(outcome, Failure) else None, left)
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
