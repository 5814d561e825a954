"""Sending probes, and telling a target that is silent on one request from one that is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from orders_conformance.harness.client.limits import Budget
from orders_conformance.harness.client.loss_rate import LossRate
from orders_conformance.harness.client.retry import Delivery
from orders_conformance.harness.errors import TargetUnavailableError
from orders_conformance.harness.exchange import (
    CLIENT_ERROR,
    DAMAGED,
    REDIRECTION,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Attempt,
    Exchange,
    Request,
    Response,
)
from orders_conformance.harness.json_body import is_json
from orders_conformance.strategies.credentials import RIGHT, Credentials
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Probe

# How often a request that was left unanswered is sent again at least, after the target answered another one.
_LOOKS = 3

Deliver = Callable[[Request, str], Delivery]


@dataclass
class Sender:
    """Sends probes to one target.

    Attributes:
        deliver: sends a request by a named connection, with retries.
        budget: counts what was sent, and says what may be.
        orders: makes an order where only that shows whether the target is still there.
        clock: seconds that only grow.
        media_types: the documented media type of the body by status; a body that is not JSON although it has that type
            may have been damaged on its way.
        answering: how many tries were left unanswered of requests that were answered in the end.
        losses: how often the first try of a request that creates nothing was lost.
        retries: tries so far that did not count.

    """

    deliver: Deliver
    credentials: Credentials
    orders: OrderFactory
    budget: Budget
    clock: Callable[[], float] = time.monotonic
    media_types: Mapping[int, str] = field(default_factory=dict)
    answering: LossRate = field(default_factory=LossRate)
    losses: LossRate = field(default_factory=LossRate)
    retries: int = 0

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.clock()
        # Whether each control that was sent was ever answered.
        self._answers: dict[str, bool] = {}
        # What was seen to be a habit of the target: the ways in which it leaves a request without an answer.
        self._habits: set[str] = set()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self._began

    def request(self, probe: Probe) -> Request:
        """Make the request of a probe; what it means is not known yet."""
        header = probe.authorization or self.credentials.header(probe.credentials)
        return Request(probe.payload, probe.content_type, header, credentials=probe.credentials)

    def once(self, probe: Probe, request: Request, group: str | None = None) -> Exchange:
        """Send the request of a probe; the exchange has no id yet."""
        at = self.elapsed
        outcome = self.deliver(request, probe.connection)
        # To wait for one's turn is no part of the exchange.
        at = at if outcome.began is None else outcome.began - self._began
        self.retries += len(outcome.attempts)
        return Exchange(
            id="",
            probe=probe.name,
            request=request,
            response=outcome.response,
            failure=outcome.failure,
            at=at,
            elapsed=self.elapsed - at,
            connection=probe.connection,
            group=group,
            attempts=outcome.attempts,
        )

    def exchange(self, probe: Probe, request: Request, group: str | None = None) -> Exchange:
        """Send the request of a probe until it is answered, or until it is clear that the target never answers it.

        What happens on the way, at the target or in between, looks the same once. So the target has to do it again and
        again with this request, more often than chance explains, while it answers another one each time.

        Raises:
            TargetUnavailableError: the target answers nothing any more.

        """
        exchange = latest = self.once(probe, request, group)
        habit, looks, tries = "", 0, 0
        while (kind := self.unanswered(latest)) is not None and kind not in self._habits:
            if kind != habit:
                habit, looks, tries = kind, 0, 0
            tries += 1 + len(latest.attempts)
            self._see_that_it_is_there(exchange)
            if looks >= _LOOKS and tries > self.answering.repeats():
                self._habits.add(kind)
                return exchange
            looks += 1
            latest = self.once(probe, request, group)
            exchange = self._joined(exchange, latest)
            self.retries += 1
        if kind is None:
            self._note_answered(exchange)
        return exchange

    def take_for_habit(self, attempt: Attempt) -> None:
        """Take what happened at an attempt for a habit of the target: it is not made sure of again."""
        self._habits.add(_kind(attempt.status, attempt.failure) or "")

    def unanswered(self, exchange: Exchange) -> str | None:
        """Name the way in which a request was left without a whole answer to it, if it was."""
        status = exchange.response.status if exchange.response else None
        return _kind(status, self._failure(exchange))

    def _failure(self, exchange: Exchange) -> str | None:
        if exchange.failure is not None:
            return exchange.failure.kind
        return DAMAGED if exchange.response and is_damaged(exchange.response, self.media_types) else None

    def _note_answered(self, exchange: Exchange) -> None:
        """Note how many tries it took until an answer came."""
        self.answering.through += 1
        self.answering.lost += len(exchange.attempts)
        status = exchange.response.status if exchange.response else None
        if status in CLIENT_ERROR and status != self.budget.conflict:
            self.losses.lost += bool(exchange.attempts)
            self.losses.through += not exchange.attempts

    def _see_that_it_is_there(self, exchange: Exchange) -> None:
        for control, may_create in self._controls():
            # One that was never answered may be left so by habit.
            if self._answers.get(control.name) is False:
                continue
            right = control.credentials == RIGHT
            request = replace(self.request(control), may_create=may_create, has_right_credentials=right)
            seen = self.once(control, request)
            if self.unanswered(seen) is None:
                self._note_answered(seen)
                self._answers[control.name] = True
                return
            self.answering.lost += 1 + len(seen.attempts) if control.name in self._answers else 0
            self._answers.setdefault(control.name, False)
        why = exchange.failure.detail if exchange.failure else self.unanswered(exchange)
        message = f"the target stopped answering ({why}): see that it is up and run again"
        raise TargetUnavailableError(message)

    def _controls(self) -> Iterator[tuple[Probe, bool]]:
        """Enumerate requests of which a target that is up answers at least one, the cheapest first.

        Each comes with whether it may create an order.
        """
        yield Probe("control", {}, connection="new"), False
        yield Probe("control/anonymous", {}, credentials="none", connection="new"), False
        self.budget.reserve()
        yield Probe("control/order", self.orders.full(), connection="new"), True

    def _joined(self, before: Exchange, after: Exchange) -> Exchange:
        """Make one exchange of two with the same request: the first one is an attempt that did not count."""
        attempt = Attempt(
            status=before.response.status if before.response else None,
            failure=self._failure(before),
            waited=max(0.0, after.at - before.at - before.elapsed),
        )
        attempts = (*before.attempts, attempt, *after.attempts)
        return replace(after, at=before.at, elapsed=after.at + after.elapsed - before.at, attempts=attempts)


def is_damaged(response: Response, media_types: Mapping[int, str]) -> bool:
    """Return whether a response says that it is JSON and is not: the network may have cut it, or the server wrote it.

    Where only the end of a connection tells the length of a response, nothing else shows that some of it is missing.

    Args:
        response: the response.
        media_types: the documented media type of the body by status.

    """
    documented = media_types.get(response.status)
    return documented is not None and response.media_type == documented and not is_json(response.body)


def _kind(status: int | None, failure: str | None) -> str | None:
    if failure is not None:
        return failure if status is None else f"{failure} {status}"
    transient = status in {UNAVAILABLE, TOO_MANY_REQUESTS} or status in REDIRECTION
    return f"status {status}" if transient else None
