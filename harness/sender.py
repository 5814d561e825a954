"""Sending probes, and telling a target that is silent on one request from one that is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.errors import TargetUnavailable
from harness.exchange import REDIRECTION, TOO_MANY_REQUESTS, UNAVAILABLE, Attempt, Exchange, Request
from harness.restraint import Allowance
from harness.retries import Outcome
from strategies.credentials import Credentials
from strategies.orders import Orders
from strategies.probe import Probe

# How often a request that was left unanswered is sent again, after the target answered another one.
_LOOKS = 3

Deliver = Callable[[Request, str], Outcome]


@dataclass
class Sender:
    """Sends probes to one target.

    Attributes:
        deliver: sends a request by a named connection, with retries.
        allowance: counts what was sent, and says what may be.
        orders: makes an order where only that shows whether the target is still there.
        clock: seconds that only grow.
        purpose: names the requirement that a request is sent for.
        retries: tries so far that did not count.

    """

    deliver: Deliver
    credentials: Credentials
    orders: Orders
    allowance: Allowance
    clock: Callable[[], float] = time.monotonic
    purpose: Callable[[Request], str] = lambda _request: ""
    retries: int = 0

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.clock()
        # What was seen to be a habit of the target: the ways in which it leaves a request without an answer.
        self._habits: set[str] = set()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self._began

    def request(self, probe: Probe) -> Request:
        """Make the request of a probe."""
        header = probe.authorization or self.credentials.header(probe.credentials)
        return Request(probe.payload, probe.content_type, header)

    def once(self, probe: Probe, group: str | None = None) -> Exchange:
        """Send a probe; the exchange has no id yet."""
        request = self.request(probe)
        request = replace(request, purpose=self.purpose(request))
        at = self.elapsed
        outcome = self.deliver(request, probe.connection)
        self.retries += len(outcome.attempts)
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
        """Send a probe until it is answered, or until leaving it unanswered is seen to be a habit of the target.

        What happens on the way, at the target or in between, looks the same once. So the target has to do it again and
        again with this request, while it answers another one each time.

        Raises:
            TargetUnavailable: the target answers nothing any more.

        """
        exchange = self.once(probe, group)
        looks = 0
        while (kind := _unanswered(exchange)) is not None and kind not in self._habits:
            self._see_that_it_is_there(exchange)
            if looks == _LOOKS:
                self._habits.add(kind)
                break
            looks += 1
            exchange = _joined(exchange, self.once(probe, group))
            self.retries += 1
        return exchange

    def _see_that_it_is_there(self, exchange: Exchange) -> None:
        for control in self._controls():
            if _unanswered(self.once(control)) is None:
                return
        why = exchange.failure.detail if exchange.failure else f"status {exchange.reply and exchange.reply.status}"
        message = f"the target stopped answering ({why}): see that it is up and run again"
        raise TargetUnavailable(message)

    def _controls(self) -> Iterator[Probe]:
        """Enumerate requests of which a target that is there answers at least one, the cheapest first."""
        yield Probe("control", {}, connection="new")
        yield Probe("control/anonymous", {}, credentials="none", connection="new")
        self.allowance.reserve()
        yield Probe("control/order", self.orders.full(), connection="new")


def _unanswered(exchange: Exchange) -> str | None:
    """Name the way in which a request was left without an answer to it, if it was."""
    if exchange.failure is not None:
        return exchange.failure.kind
    status = exchange.reply.status if exchange.reply else None
    transient = status in {UNAVAILABLE, TOO_MANY_REQUESTS} or status in REDIRECTION
    return f"status {status}" if transient else None


def _joined(before: Exchange, after: Exchange) -> Exchange:
    """Make one exchange of two with the same request: the first one is an attempt that did not count."""
    attempt = Attempt(
        status=before.reply.status if before.reply else None,
        failure=before.failure.kind if before.failure else None,
        waited=max(0.0, after.at - before.at - before.elapsed),
    )
    attempts = (*before.attempts, attempt, *after.attempts)
    return replace(after, at=before.at, elapsed=after.at + after.elapsed - before.at, attempts=attempts)
