"""Send probes, and distinguish a target that does not respond to one request from one that is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from orders_conformance.harness.client.cookies import Cookies
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

# How often a request without a response is sent again at least; each time the target responds to a control before it.
_MIN_REPEATS = 3

Deliver = Callable[[Request, str], Delivery]


@dataclass
class Sender:
    """Sends probes to one target.

    Attributes:
        deliver: sends a request on a named connection, with retries.
        credentials: the right credentials.
        orders: makes an order where only a valid order shows whether the target still responds.
        budget: counts and limits the requests and orders.
        clock: returns seconds, monotonic.
        media_types: the documented media type of the body by status; a body that is not JSON although it has that type
            may have been damaged by the network.
        unanswered_tries: how many tries had no response, of requests that got one in the end.
        losses: how often the first try of a request that creates nothing was lost.
        retries: the number of tries so far that were sent again.
        cookies: the cookies that the target has set.

    """

    deliver: Deliver
    credentials: Credentials
    orders: OrderFactory
    budget: Budget
    clock: Callable[[], float] = time.monotonic
    media_types: Mapping[int, str] = field(default_factory=dict)
    unanswered_tries: LossRate = field(default_factory=LossRate)
    losses: LossRate = field(default_factory=LossRate)
    retries: int = 0
    cookies: Cookies = field(default_factory=Cookies)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.clock()
        # By the name of a control: whether it ever had a response.
        self._control_responses: dict[str, bool] = {}
        # The failures that the target was seen to repeat again and again.
        self._recurring: set[str] = set()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self._began

    def request(self, probe: Probe) -> Request:
        """Return the request of a probe, not yet classified."""
        header = probe.authorization or self.credentials.header(probe.credentials)
        cookie = self.cookies.header() if probe.has_cookies else None
        return Request(probe.payload, probe.content_type, header, credentials=probe.credentials, cookie=cookie)

    def once(self, probe: Probe, request: Request, group: str | None = None) -> Exchange:
        """Send the request of a probe, with retries; the id of the exchange is still empty."""
        at = self.elapsed
        outcome = self.deliver(request, probe.connection)
        # The wait for the rate limit is not a part of the exchange.
        at = at if outcome.began is None else outcome.began - self._began
        self.retries += len(outcome.attempts)
        if outcome.response is not None:
            self.cookies.keep(outcome.response)
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
        """Send the request of a probe until it has a response, or until the target is seen never to respond to it.

        A single missing response may be the fault of the target or of the network. The target is judged to leave the
        request without a response when that recurs more often than chance explains, while it responds to a control
        request each time.

        Raises:
            TargetUnavailableError: the target responds to nothing any more.

        """
        exchange = latest = self.once(probe, request, group)
        previous, repeats, tries = "", 0, 0
        while (kind := self.unanswered(latest)) is not None and kind not in self._recurring:
            if kind != previous:
                previous, repeats, tries = kind, 0, 0
            tries += 1 + len(latest.attempts)
            self._check_target_responds(exchange)
            if repeats >= _MIN_REPEATS and tries > self.unanswered_tries.repeats():
                self._recurring.add(kind)
                return exchange
            repeats += 1
            latest = self.once(probe, request, group)
            exchange = self._merged(exchange, latest)
            self.retries += 1
        if kind is None:
            self._count_losses(exchange)
        return exchange

    def note_recurring(self, attempt: Attempt) -> None:
        """Note that the failure of an attempt recurs at the target: it is not verified again."""
        self._recurring.add(_reason_unanswered(attempt.status, attempt.failure) or "")

    def unanswered(self, exchange: Exchange) -> str | None:
        """Return why a request has no complete response, as a kind of failure or a transient status; else None."""
        status = exchange.response.status if exchange.response else None
        return _reason_unanswered(status, self._failure(exchange))

    def _failure(self, exchange: Exchange) -> str | None:
        if exchange.failure is not None:
            return exchange.failure.kind
        return DAMAGED if exchange.response and is_damaged(exchange.response, self.media_types) else None

    def _count_losses(self, exchange: Exchange) -> None:
        """Count the tries that were lost before a response."""
        self.unanswered_tries.received += 1
        self.unanswered_tries.lost += len(exchange.attempts)
        status = exchange.response.status if exchange.response else None
        if status in CLIENT_ERROR and status != self.budget.conflict:
            self.losses.lost += bool(exchange.attempts)
            self.losses.received += not exchange.attempts

    def _check_target_responds(self, exchange: Exchange) -> None:
        for control, may_create in self._controls():
            # The target may never respond to this control.
            if self._control_responses.get(control.name) is False:
                continue
            right = control.credentials == RIGHT
            request = replace(self.request(control), may_create=may_create, has_right_credentials=right)
            control_exchange = self.once(control, request)
            if self.unanswered(control_exchange) is None:
                self._count_losses(control_exchange)
                self._control_responses[control.name] = True
                return
            self.unanswered_tries.lost += (
                1 + len(control_exchange.attempts) if control.name in self._control_responses else 0
            )
            self._control_responses.setdefault(control.name, False)
        why = exchange.failure.detail if exchange.failure else self.unanswered(exchange)
        message = f"the target stopped responding ({why}): check that it is up and run again"
        raise TargetUnavailableError(message)

    def _controls(self) -> Iterator[tuple[Probe, bool]]:
        """Yield control requests, the cheapest first; a target that is up responds to at least one of them.

        With each comes whether it may create an order.
        """
        yield Probe("control", {}, connection="new"), False
        yield Probe("control/anonymous", {}, credentials="none", connection="new"), False
        self.budget.reserve()
        yield Probe("control/order", self.orders.full(), connection="new"), True

    def _merged(self, before: Exchange, after: Exchange) -> Exchange:
        """Return one exchange for two of the same request: the first becomes an attempt of the second."""
        attempt = Attempt(
            status=before.response.status if before.response else None,
            failure=self._failure(before),
            waited=max(0.0, after.at - before.at - before.elapsed),
        )
        attempts = (*before.attempts, attempt, *after.attempts)
        return replace(after, at=before.at, elapsed=after.at + after.elapsed - before.at, attempts=attempts)


def is_damaged(response: Response, media_types: Mapping[int, str]) -> bool:
    """Return whether a response is declared as JSON and is not: the network may have cut it, or the server sent it so.

    Where only the end of the connection marks the end of a response, nothing else shows that a part is missing.

    Args:
        response: the response.
        media_types: the documented media type of the body by status.

    """
    documented = media_types.get(response.status)
    return documented is not None and response.media_type == documented and not is_json(response.body)


def _reason_unanswered(status: int | None, failure: str | None) -> str | None:
    if failure is not None:
        return failure if status is None else f"{failure} {status}"
    transient = status in {UNAVAILABLE, TOO_MANY_REQUESTS} or status in REDIRECTION
    return f"status {status}" if transient else None
