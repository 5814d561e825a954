"""Send probes, and distinguish a target that does not respond to one request from one that is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from orders_conformance.harness.client.answered import Unresponsive
from orders_conformance.harness.client.blocking import Blocking
from orders_conformance.harness.client.limits.budget import Budget
from orders_conformance.harness.client.retry import Delivery, LossRate
from orders_conformance.harness.client.unblocked import send_until_free
from orders_conformance.harness.errors import RetryLaterError
from orders_conformance.harness.messages.exchange import (
    DAMAGED,
    Attempt,
    Cookies,
    Exchange,
    Kind,
    Request,
    Response,
    reason_unanswered,
)
from orders_conformance.harness.messages.json_body import is_json
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Probe

# How many values of cookies are hidden: a target may set another one in each response.
_MOST_COOKIES = 50

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
        sleep: waits a number of seconds.
        slow_down: lowers the rate of tries.
        longest_wait: the most seconds to wait until a target no longer blocks a request.
        now: returns the current time.
        note: writes a note into the record.

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
    sleep: Callable[[float], None] = time.sleep
    slow_down: Callable[[], None] = lambda: None
    longest_wait: float = 60.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    note: Callable[[str], None] = lambda _text: None

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.clock()
        self._redactor = Redactor(self.credentials)
        self.blocking = Blocking(self.media_types)
        self.unresponsive = Unresponsive()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self._began

    def request(self, probe: Probe) -> Request:
        """Return the request of a probe, not yet classified."""
        header = probe.authorization or self.credentials.header(probe.credentials)
        cookie = self.cookies.header() if probe.has_cookies else None
        return Request(
            probe.payload,
            probe.content_type,
            header,
            credentials=probe.credentials,
            cookie=cookie,
            at_once=probe.at_once,
            forced=probe.forced,
        )

    def once(
        self, probe: Probe, request: Request, group: str | None = None, recurring: frozenset[str] = frozenset()
    ) -> Exchange:
        """Send the request of a probe, with retries but for recurring failures; the exchange has no id yet.

        Raises:
            TargetUnavailableError: the target cannot be reached, or asks to wait for longer than a run waits.
            CredentialsRejectedError: it asks for that with the right credentials after wrong ones.

        """
        at = self.elapsed
        try:
            outcome = self.deliver(replace(request, recurring=recurring), probe.connection)
        except RetryLaterError as later:
            raise self.blocking.explained(request, later) from later
        response = None if outcome.response is None else self._received(outcome.response)
        damaged = response is not None and is_damaged(response, self.media_types)
        self.blocking.note(request, None if damaged else response, 1 + len(outcome.attempts))
        # The wait for the rate limit is not a part of the exchange.
        at = at if outcome.began is None else outcome.began - self._began
        self.retries += len(outcome.attempts)
        return Exchange(
            id="",
            probe=probe.name,
            request=request,
            response=response,
            failure=outcome.failure,
            at=at,
            elapsed=self.elapsed - at,
            connection=probe.connection,
            group=group,
            attempts=outcome.attempts,
        )

    def exchange(self, probe: Probe, request: Request, group: str | None = None) -> Exchange:
        """Send the request of a probe until it has a response of the orders API, or never gets one.

        A response of a rate limit, a firewall or a locked account is waited for to end; the request is then sent again.
        If it had wrong credentials and the account is locked, it is not: the exchange is then marked as blocked.

        Raises:
            TargetUnavailableError: the target responds to nothing any more, or blocks the run.
            CredentialsRejectedError: it locks the account.

        """
        return send_until_free(self, probe, request, group)

    def may_send(self, request: Request) -> bool:
        """Whether a request may be sent, as far as a lock on the account is concerned."""
        locked = self.blocking.locked and not request.has_right_credentials
        return not locked and self.budget.wrong_logins.allows(request)

    def unanswered(self, exchange: Exchange) -> str | None:
        """Return why a request has no complete response, as a kind of failure or a transient status; else None."""
        status = exchange.response.status if exchange.response else None
        return reason_unanswered(status, self.failure_of(exchange))

    def control(self, *, order: bool, recurring: frozenset[str] = frozenset(), is_waiting: bool = False) -> Exchange:
        """Send a plain order, or an invalid one that creates nothing; recurring failures are not retried.

        `is_waiting` says that it only shows whether an outage has ended: it is no sign of a target under strain.
        """
        if order:
            self.budget.reserve()
        probe = Probe("control/order" if order else "control", self.orders.minimal() if order else {}, connection="new")
        kind = Kind.PLAIN if order else Kind.INVALID
        request = replace(self.request(probe), may_create=order, kind=kind, is_waiting=is_waiting)
        return self.once(probe, request, recurring=recurring)

    def _received(self, response: Response) -> Response:
        """Keep the cookies of a response, and return it without secrets."""
        before = self.cookies.values
        self.cookies.keep(response)
        if self.cookies.values != before:
            values = dict.fromkeys((*self._redactor.cookies, *self.cookies.values))
            self._redactor = self._redactor.knowing(tuple(values)[-_MOST_COOKIES:])
        return self._redactor.response(response)

    def failure_of(self, exchange: Exchange) -> str | None:
        """Return the kind of failure of an exchange, that of a damaged response included; None for none."""
        if exchange.failure is not None:
            return exchange.failure.kind
        return DAMAGED if exchange.response and is_damaged(exchange.response, self.media_types) else None

    def as_blocked(self, exchange: Exchange) -> Exchange:
        """Return an exchange with wrong credentials as one that is no evidence; no more of them are to be sent."""
        self.blocking.locked = True
        return replace(exchange, blocked=True)

    def merged(self, before: Exchange, after: Exchange, failure: str | None = None) -> Exchange:
        """Return one exchange for two of the same request: the first becomes an attempt of the second."""
        attempt = Attempt(
            status=before.response.status if before.response else None,
            failure=failure or self.failure_of(before),
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
