"""What a run may do to its target: budget, pace and circuit breaker, kept for each try before it goes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.errors import BudgetSpentError, CircuitOpenError, LimitReachedError
from orders_conformance.harness.exchange import (
    SERVER_ERROR,
    TOO_MANY_REQUESTS,
    Effect,
    Failure,
    Request,
    Response,
    effect,
)
from orders_conformance.harness.ledger.writer import LedgerWriter

# What tells one try from another.
_Identity = tuple[bytes, str | None, str | None]


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """What a run may cost its target; None for no limit."""

    requests: int | None = None
    orders: int | None = None


@dataclass
class Budget:
    """Counts what a run has cost, and lets nothing out beyond its budget.

    An order whose outcome is unknown counts as created, and so does every try that is under way; what must be refused
    is no order. Where the very same request is tried again and answered, the answer tells what the tries before it came
    to, as long as the target was not seen to create an order twice.

    Attributes:
        conflict: the status of an answer by which the order exists already.
        requests: tries so far; `orders` the orders that are known to have been created.

    """

    limits: BudgetLimits
    conflict: int
    requests: int = 0
    orders: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing sent."""
        self._lock = threading.Lock()
        self._under_way = 0
        self._unknown: dict[_Identity, int] = {}
        self._created: set[_Identity] = set()
        # Tries that an answer explained away; they count again once that cannot be relied on.
        self._explained = 0
        self._creates_twice = False
        self._ended = False

    @property
    def possible(self) -> int:
        """Orders that may have been created without our knowing, by tries that are under way as well."""
        explained = self._explained if self._creates_twice else 0
        return sum(self._unknown.values()) + explained + self._under_way

    def end(self) -> None:
        """Let nothing out any more."""
        with self._lock:
            self._ended = True

    def reserve(self, requests: int = 1) -> None:
        """See that so many requests may still be sent, even if each of them creates an order.

        Raises:
            BudgetSpentError: they may not.

        """
        with self._lock:
            self._check(requests)

    def admit(self) -> None:
        """Count a try that is about to be sent.

        Raises:
            BudgetSpentError: it must not be.
            Restraint: the run has ended.

        """
        with self._lock:
            self._check(1)
            self.requests += 1
            self._under_way += 1

    def settle(self, request: Request, status: int | None, failure: str | None) -> None:
        """Count what became of a try.

        Args:
            request: what was sent.
            status: of the reply, or None.
            failure: the kind of the failure, or None.

        """
        identity = request.identity
        left = effect(status, failure)
        lost = left is Effect.UNKNOWN and request.may_create
        with self._lock:
            self._under_way -= 1
            if lost:
                self._unknown[identity] = self._unknown.get(identity, 0) + 1
            elif left is not Effect.UNKNOWN and status is not None and status != TOO_MANY_REQUESTS:
                self._answered(identity, left, exists=status == self.conflict)

    def _answered(self, identity: _Identity, left: Effect, *, exists: bool) -> None:
        before = self._unknown.get(identity, 0)
        if left is Effect.CREATED:
            self._creates_twice = self._creates_twice or identity in self._created
            self._created.add(identity)
            self.orders += 1
        if before and not self._creates_twice:
            del self._unknown[identity]
            # An earlier try created the order that is in the way now.
            if exists and identity not in self._created:
                self.orders += 1
                self._created.add(identity)
                before -= 1
            self._explained += before

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
    """Keeps tries apart.

    Attributes:
        rate: tries a second at most; 0 for any number.

    """

    rate: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def wait(self) -> None:
        """Wait for the next turn."""
        if not self.rate:
            return
        with self._lock:
            now = self.clock()
            turn = max(now, self._next)
            self._next = turn + 1 / self.rate
        if turn > now:
            self.sleep(turn - now)


@dataclass
class CircuitBreaker:
    """Opens after so many server errors in a row, whatever was asked; None for never."""

    limit: int | None
    _errors: int = field(default=0, init=False)

    def check(self) -> None:
        """See that the circuit is closed.

        Raises:
            CircuitOpenError: it is not.

        """
        if self.limit is not None and self._errors >= self.limit:
            message = f"{self._errors} server errors in a row: the run stopped to spare the target"
            raise CircuitOpenError(message)

    def settle(self, status: int | None) -> None:
        """Count an answer."""
        if status is not None:
            self._errors = self._errors + 1 if status >= SERVER_ERROR else 0


@dataclass
class LimitedTransport:
    """A transport that keeps to budget and breaker, and the books of what goes out."""

    send: Transport
    budget: Budget
    breaker: CircuitBreaker
    ledger_writer: LedgerWriter | None = None

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request once.

        Raises:
            BudgetSpentError, CircuitOpenError: nothing more may be sent.
            TargetUnavailableError: the target cannot be reached.

        """
        self.breaker.check()
        self.budget.admit()
        answer: Response | Failure | None = None
        try:
            entry = self.ledger_writer.intend(request) if self.ledger_writer else ""
            answer = self.send(request, connection)
            if self.ledger_writer:
                self.ledger_writer.settle(entry, answer)
        finally:
            # What was interrupted may have arrived: without an answer its outcome is unknown.
            status = answer.status if isinstance(answer, Response) else None
            self.budget.settle(request, status, answer.kind if isinstance(answer, Failure) else None)
            self.breaker.settle(status)
        return answer


@dataclass
class LockoutProtection:
    """Counts requests with wrong credentials in a row: a server may lock an account after a few.

    Attributes:
        limit: how many may be sent in a row, retries included.

    """

    limit: int = 4
    _in_a_row: int = field(default=0, init=False)

    def is_due(self, request: Request) -> bool:
        """Count a request that is about to be sent; return whether one with right credentials must go out first."""
        self._in_a_row = 0 if request.has_right_credentials else self._in_a_row + 1
        due = self._in_a_row > self.limit
        if due:
            self._in_a_row = 1
        return due

    def count_retries(self, retries: int) -> None:
        """Count the retries of the request that was sent last."""
        if self._in_a_row:
            self._in_a_row += retries
