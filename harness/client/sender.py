"""Send probes, and distinguish a target that does not respond to one request from one that is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from orders_conformance.harness.client.blocking import Block, Blocking, Waits
from orders_conformance.harness.client.limits.budget import Budget
from orders_conformance.harness.client.retry import Delivery, LossRate
from orders_conformance.harness.client.unblocked import send_until_free, wait_until_free
from orders_conformance.harness.errors import RetryLaterError, TargetUnavailableError
from orders_conformance.harness.messages.exchange import (
    CLIENT_ERROR,
    DAMAGED,
    GATEWAY,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
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
from orders_conformance.strategies.credentials import RIGHT, Credentials
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Probe

# How often a request without a response is sent again at least; each time the target responds to a control before it.
_MIN_REPEATS = 3
# How many values of cookies are hidden: a target may set another one in each response.
_MOST_COOKIES = 50
# What is retried each time until it is known to recur: a limit may end while it is waited for.
_WAITED_FOR = {reason_unanswered(status, None) or "" for status in (TOO_MANY_REQUESTS, UNAVAILABLE, *GATEWAY)}
# So many damaged responses in a row are the target's own even if controls between them were damaged as well.
_MOST_DAMAGED = 15
_GATEWAYS = {reason_unanswered(status, None) or "" for status in GATEWAY}

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
        # By the name of a control: whether it ever had a response.
        self._control_responses: dict[str, bool] = {}
        # Why the last control had no response.
        self._last_control: str | None = None
        # The failures that the target was seen to repeat again and again, each with the kind of the requests.
        self._recurring: set[tuple[str, str]] = set()

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

    def responded(self, probe: Probe, request: Request, group: str | None) -> Exchange:
        """Send the request of a probe until it has a response, or until the target is seen never to respond to it.

        A single missing response may be the fault of the target or of the network. The target is judged to leave the
        request without a response when that recurs more often than chance explains, while it responds to a control
        request each time.

        Raises:
            TargetUnavailableError: the target responds to nothing any more.

        """
        # Tries one after the other show no more than one; what recurs for some requests is not likely to be chance.
        recurring = frozenset(failure for _, failure in self._recurring)
        exchange = latest = self.once(probe, request, group, recurring)
        previous, repeats, tries, outage, alike = "", 0, 0, False, False
        while (kind := self.unanswered(latest)) is not None and _habit(request, kind) not in self._recurring:
            if kind != previous:
                previous, repeats, tries = kind, 0, 0
            tries += 1 + len(latest.attempts)
            self._check_target_responds(exchange)
            if repeats and self._limits_wrong_credentials(exchange):
                return self.as_blocked(exchange)
            if not self.budget.wrong_logins.allows(request):
                return replace(exchange, blocked=True)
            before, alike = alike, (self._last_control or "").startswith(DAMAGED)
            if before and not alike:
                # Until now whatever came was damaged: it was the network. Only tries from here on count.
                repeats = tries = 0
            if repeats >= _MIN_REPEATS and tries > (_MOST_DAMAGED if alike else self.unanswered_tries.repeats()):
                if kind in _GATEWAYS and not outage and (outage := self._was_outage()):
                    repeats = tries = 0
                    continue
                self._recurring.add(_habit(request, kind))
                return exchange
            repeats += 1
            latest = self.once(probe, request, group, recurring | ({kind} - _WAITED_FOR))
            exchange = self.merged(exchange, latest)
            self.retries += 1
        if kind is None:
            self._count_losses(exchange)
        return exchange

    def _was_outage(self) -> bool:
        """Whether plain orders got no response through the gateway either; waits until they do.

        Such an order has required fields only: a server may respond so to one of the other fields.
        """
        response = self.control(order=True).response if self.blocking.accepted else None
        if response is None or response.status not in GATEWAY:
            return False
        block = Block(response.status, response.is_page)
        wait_until_free(self, block, response, Waits(self.longest_wait), by_orders=True)
        return True

    def may_send(self, request: Request) -> bool:
        """Whether a request may be sent, as far as a lock on the account is concerned."""
        locked = self.blocking.locked and not request.has_right_credentials
        return not locked and self.budget.wrong_logins.allows(request)

    def note_recurring(self, request: Request, attempt: Attempt) -> None:
        """Note that the failure of an attempt recurs for requests of this kind: it is not verified again."""
        self._recurring.add(_habit(request, reason_unanswered(attempt.status, attempt.failure) or ""))

    def unanswered(self, exchange: Exchange) -> str | None:
        """Return why a request has no complete response, as a kind of failure or a transient status; else None."""
        status = exchange.response.status if exchange.response else None
        return reason_unanswered(status, self._failure(exchange))

    def _limits_wrong_credentials(self, exchange: Exchange) -> bool:
        """Whether a target that rejected wrong credentials before limits requests with them; it responds to others."""
        status = exchange.response.status if exchange.response else None
        return (
            status == TOO_MANY_REQUESTS
            and not exchange.request.has_right_credentials
            and (self.blocking.locked or self.blocking.rejects_wrong_credentials)
        )

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
        why = self.unanswered(exchange) or ""
        for control, may_create in self._controls():
            # The target may never respond to this control.
            if self._control_responses.get(control.name) is False:
                continue
            right = control.credentials == RIGHT
            kind = (Kind.PLAIN if may_create else Kind.INVALID) if right else Kind.WRONG_CREDENTIALS
            if not right and self.blocking.responds and why == self._last_control:
                # The right credentials got another response before: what other ones get shows nothing.
                continue
            request = replace(self.request(control), may_create=may_create, has_right_credentials=right, kind=kind)
            # A target that blocks the run is waited for below: tries one after the other would show nothing.
            blocked = self.blocking.accepted and why in _WAITED_FOR
            control_exchange = self.once(control, request, recurring=frozenset({why} if blocked else ()))
            self._last_control = self.unanswered(control_exchange)
            if self._last_control is None:
                self._count_losses(control_exchange)
                self._control_responses[control.name] = True
                return
            self.unanswered_tries.lost += (
                1 + len(control_exchange.attempts) if control.name in self._control_responses else 0
            )
            if self._failure(control_exchange) == DAMAGED:
                # A response that is damaged on the way shows that the target responds.
                return
            if not (right and self.blocking.responds):
                self._control_responses.setdefault(control.name, False)
        response = exchange.response
        if response is not None and self.blocking.accepted:
            block = self.blocking.named(Block(response.status, response.is_page, wrong=self.blocking.wrong))
            if block.locked or reason_unanswered(response.status, None):
                wait_until_free(self, block, response, Waits(self.longest_wait))
                return
        detail = exchange.failure.detail if exchange.failure else why
        message = f"the target stopped responding ({detail}): check that it is up and run again"
        raise TargetUnavailableError(message)

    def _controls(self) -> Iterator[tuple[Probe, bool]]:
        """Yield control requests, the cheapest first; a target that is up responds to at least one of them.

        With each comes whether it may create an order.
        """
        yield Probe("control", {}, connection="new"), False
        yield Probe("control/anonymous", {}, credentials="none", connection="new"), False
        self.budget.reserve()
        yield Probe("control/order", self.orders.full(), connection="new"), True

    def as_blocked(self, exchange: Exchange) -> Exchange:
        """Return an exchange with wrong credentials as one that is no evidence; no more of them are to be sent."""
        self.blocking.locked = True
        return replace(exchange, blocked=True)

    def merged(self, before: Exchange, after: Exchange, failure: str | None = None) -> Exchange:
        """Return one exchange for two of the same request: the first becomes an attempt of the second."""
        attempt = Attempt(
            status=before.response.status if before.response else None,
            failure=failure or self._failure(before),
            waited=max(0.0, after.at - before.at - before.elapsed),
        )
        attempts = (*before.attempts, attempt, *after.attempts)
        return replace(after, at=before.at, elapsed=after.at + after.elapsed - before.at, attempts=attempts)


def _habit(request: Request, failure: str) -> tuple[str, str]:
    """Return a failure with the kind of requests that have it; damage depends on the status of the response only."""
    return ("" if failure.startswith(DAMAGED) else request.kind), failure


def is_damaged(response: Response, media_types: Mapping[int, str]) -> bool:
    """Return whether a response is declared as JSON and is not: the network may have cut it, or the server sent it so.

    Where only the end of the connection marks the end of a response, nothing else shows that a part is missing.

    Args:
        response: the response.
        media_types: the documented media type of the body by status.

    """
    documented = media_types.get(response.status)
    return documented is not None and response.media_type == documented and not is_json(response.body)
