"""Send a request within the limits of a run, and write it into the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

from orders_conformance.harness.client.limits.budget import Budget
from orders_conformance.harness.client.limits.circuit_breaker import CircuitBreaker
from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.ledger.writer import LedgerWriter
from orders_conformance.harness.messages.exchange import (
    SERVER_ERROR,
    SUCCESS,
    Effect,
    Failure,
    Request,
    Response,
)


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
