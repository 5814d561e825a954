"""Sending probes within a budget, and telling a target that is silent on one request from one that is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from harness.errors import BudgetSpent, TargetUnavailable
from harness.exchange import SUCCESS, Exchange, Request
from harness.target import Outcome
from strategies.credentials import Credentials
from strategies.orders import Orders
from strategies.probe import Probe

_UNAVAILABLE = 503

Deliver = Callable[[Request, str], Outcome]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may cost its target; None for no limit."""

    requests: int | None = None
    orders: int | None = None


@dataclass(slots=True)
class Traffic:
    """What a run has cost its target so far; retries are counted among the requests."""

    requests: int = 0
    orders: int = 0
    retries: int = 0

    def count(self, exchange: Exchange) -> None:
        """Add an exchange."""
        self.requests += 1 + len(exchange.attempts)
        self.retries += len(exchange.attempts)
        if exchange.reply is not None and exchange.reply.status in SUCCESS:
            self.orders += 1


@dataclass
class Sender:
    """Sends probes to one target.

    Attributes:
        deliver: sends a request by a named connection, with retries.
        orders: makes an order where only that shows whether the target is still there.
        clock: seconds that only grow.

    """

    deliver: Deliver
    credentials: Credentials
    orders: Orders
    budget: Budget
    clock: Callable[[], float] = time.monotonic
    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.clock()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self._began

    def request(self, probe: Probe) -> Request:
        """Make the request of a probe."""
        header = probe.authorization or self.credentials.header(probe.credentials)
        return Request(probe.payload, probe.content_type, header)

    def reserve(self, requests: int = 1) -> None:
        """See that so many requests may still be sent, even if each of them creates an order.

        Raises:
            BudgetSpent: they may not.

        """
        limits = (
            ("requests", self.budget.requests, self.traffic.requests),
            ("orders", self.budget.orders, self.traffic.orders),
        )
        for what, limit, spent in limits:
            if limit is not None and spent + requests > limit:
                message = f"the budget of {limit} {what} is spent: allow more to judge the rest"
                raise BudgetSpent(message)

    def once(self, probe: Probe, group: str | None = None) -> Exchange:
        """Send a probe; the exchange has no id yet, and is not counted yet."""
        request = self.request(probe)
        at = self.elapsed
        outcome = self.deliver(request, probe.connection)
        return Exchange(
            id="",
            probe=probe.name,
            request=request,
            reply=outcome.reply,
            failure=outcome.failure,
            at=at,
            elapsed=self.elapsed - at,
            connection=probe.connection,
            group=group,
            attempts=outcome.attempts,
        )

    def exchange(self, probe: Probe, group: str | None = None) -> Exchange:
        """Send a probe; before its silence counts against the target, see that the target is still there.

        Raises:
            TargetUnavailable: it is not.

        """
        exchange = self.once(probe, group)
        if _answered(exchange):
            return exchange
        for control in self._controls():
            told = self.once(control)
            self.traffic.count(told)
            if _answered(told):
                return exchange
        why = exchange.failure.detail if exchange.failure else f"status {_UNAVAILABLE}"
        message = f"the target stopped answering ({why}): see that it is up and run again"
        raise TargetUnavailable(message)

    def _controls(self) -> Iterator[Probe]:
        """Enumerate requests of which a target that is there answers at least one, the cheapest first."""
        yield Probe("control", {}, connection="new")
        yield Probe("control/anonymous", {}, credentials="none", connection="new")
        self.reserve()
        yield Probe("control/order", self.orders.full(), connection="new")


def _answered(exchange: Exchange) -> bool:
    return exchange.reply is not None and exchange.reply.status != _UNAVAILABLE
