"""Retry requests with a transient outcome (429, 502, 503, 504, or a failed connection), within limits."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from orders_conformance.harness.errors import RetryLaterError, TargetUnavailableError, UnreadResponseError
from orders_conformance.harness.messages.exchange import (
    GATEWAY,
    REFUSED,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    UNREAD,
    Attempt,
    Failure,
    Request,
    Response,
    reason_unanswered,
)

# The most tries of a request with wrong credentials.
_TRIES_WITH_WRONG_CREDENTIALS = 2
_TRANSIENT = {TOO_MANY_REQUESTS, UNAVAILABLE}
# So many responses of a status, none of which was read, are no chance.
_MOST_UNREAD = 3
# A sequence of losses with a smaller probability is not attributed to chance.
_UNLIKELY = 1e-6
_MIN_REPEATS = 3
_SECONDS = re.compile(r"[0-9]{1,18}")
# A longer `Retry-After` is a mistake: a point in time in place of seconds, or milliseconds.
_LONGEST_MEANT = timedelta(days=366).total_seconds()


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The timeout, the limits of retries and the waits before them.

    Attributes:
        timeout: seconds until a connection is made, and until a response is complete.
        transient: the most tries of a request whose response is 429 or 503.
        dropped: the most tries of a request whose connection ends early, or that a gateway responds to with 502 or 504.
        refused: the most tries where no connection can be made, if the target responded before; else there is one.
        backoff: seconds of the first wait without a `Retry-After`; each further one is twice as long.
        longest_backoff: the most seconds of such a wait.
        longest_wait: the most seconds of a `Retry-After` that are waited.
        largest: the most bytes of a body that are read, as decoded.
        largest_head: the most bytes of status line and headers that are read, those of interim responses included.
        most_interim: the most interim responses (1xx) that are read before a response.

    """

    timeout: float = 5.0
    transient: int = 8
    dropped: int = 8
    refused: int = 5
    backoff: float = 0.1
    longest_backoff: float = 2.0
    longest_wait: float = 60.0
    largest: int = 1024 * 1024
    largest_head: int = 256 * 1024
    most_interim: int = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of a request: a response or a failure, and the attempts before it.

    `began` is when the first try was sent, in seconds of the sender's clock; None where it is not known.
    """

    response: Response | None
    failure: Failure | None
    attempts: tuple[Attempt, ...]
    began: float | None = None


class Transport(Protocol):
    """Sends one request once. Raises `TargetUnavailableError` if the target cannot be used at all."""

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request on the named connection."""
        ...


@dataclass
class RetryingTransport:
    """Sends a request until its outcome is final: a transient status or failure is retried, within limits.

    A timeout is not retried here: each try takes the whole timeout, and the sender first checks that the target still
    responds. A request with wrong credentials is retried only once, since a server may count each try towards locking
    the account.

    Attributes:
        send: sends a request once.
        retry_policy: the limits.
        sleep: waits a number of seconds.
        clock: returns seconds, monotonic.
        wait_for_turn: waits until a try may be sent; called with whether it follows the request before it at once.
        may_send: whether one more try of a request may be sent.
        now: returns the current time, by which a `Retry-After` is judged where the response has no date of its own.

    """

    send: Transport
    retry_policy: RetryPolicy
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wait_for_turn: Callable[[bool], None] = lambda _at_once: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    may_send: Callable[[Request], bool] = lambda _request: True
    _reached: bool = field(default=False, init=False)
    # By status, None where it is not known: how many responses were beyond what is read; and which statuses were read.
    _unread: Counter[int | None] = field(default_factory=Counter, init=False)
    _read: set[int] = field(default_factory=set, init=False)

    def __call__(self, request: Request, connection: str) -> Delivery:
        """Send a request; the outcome of the last try is final, whatever it is.

        Raises:
            TargetUnavailableError: no connection can be made, or `Retry-After` is more than `longest_wait`.
            UnreadResponseError: the target responds with more than is read, and not by chance.

        """
        attempts: list[Attempt] = []
        began: float | None = None
        while True:
            self.wait_for_turn(request.at_once and not attempts)
            began = self.clock() if began is None else began
            outcome = self.send(request, connection)
            status = outcome.status if isinstance(outcome, Response) else None
            failure = outcome if isinstance(outcome, Failure) else None
            tried = len(attempts) + 1
            last = tried >= self._tries(request, status, failure) or not self.may_send(request)
            self._check_read(outcome, last=last)
            if last:
                if failure is not None and failure.kind == REFUSED:
                    raise TargetUnavailableError(failure.detail)
                # A `Retry-After` applies to the next request as well.
                self._sleep_for(self._requested_wait(outcome) or 0.0)
                return Delivery(outcome if isinstance(outcome, Response) else None, failure, tuple(attempts), began)
            self._reached = self._reached or failure is None or failure.kind != REFUSED
            wait = self._wait(outcome, tried)
            attempts.append(Attempt(status, failure.kind if failure else None, wait))
            self._sleep_for(wait)

    def _check_read(self, outcome: Response | Failure, *, last: bool) -> None:
        """Check that responses are within what is read, but for single ones, which the network may have made.

        Raises:
            UnreadResponseError: they are not.

        """
        if isinstance(outcome, Response):
            self._read.add(outcome.status)
        elif outcome.kind == UNREAD:
            self._unread[outcome.status] += 1
            if last or (self._unread[outcome.status] >= _MOST_UNREAD and outcome.status not in self._read):
                status = f" (status {outcome.status})" if outcome.status is not None else ""
                message = (
                    f"the target sends {outcome.detail}{status}: this is valid HTTP that the suite does not read; "
                    "change it at the target, or at what stands before it"
                )
                raise UnreadResponseError(message)

    def _sleep_for(self, seconds: float) -> None:
        if seconds:
            self.sleep(seconds)

    def _tries(self, request: Request, status: int | None, failure: Failure | None) -> int:
        if failure is not None and failure.kind == REFUSED:
            return self.retry_policy.refused if self._reached else 1
        self._reached = self._reached or failure is None
        if reason_unanswered(status, failure.kind if failure else None) in request.recurring:
            return 1
        if (status not in _TRANSIENT | GATEWAY) if failure is None else (failure.kind == "timeout"):
            return 1
        most = self.retry_policy.transient if status in _TRANSIENT else self.retry_policy.dropped
        return most if request.has_right_credentials else min(most, _TRIES_WITH_WRONG_CREDENTIALS)

    def _wait(self, outcome: Response | Failure, tried: int) -> float:
        requested = self._requested_wait(outcome)
        # A time that has come says nothing about how often to try.
        if requested:
            return requested
        # The vendor says to try again at once after a 503; after a 429 there is always a wait.
        # A gateway whose server restarts needs time.
        waits = {TOO_MANY_REQUESTS} | GATEWAY
        at_once = tried == 1 and not (isinstance(outcome, Response) and outcome.status in waits)
        return (
            0.0 if at_once else min(self.retry_policy.backoff * 2.0 ** (tried - 1), self.retry_policy.longest_backoff)
        )

    def _requested_wait(self, outcome: Response | Failure) -> float | None:
        """Return the seconds of the `Retry-After` of a transient response, or None.

        Raises:
            TargetUnavailableError: they are more than `longest_wait`.

        """
        transient = isinstance(outcome, Response) and outcome.status in _TRANSIENT
        requested = retry_after(outcome, self.now()) if transient and isinstance(outcome, Response) else None
        if requested is not None and requested > self.retry_policy.longest_wait:
            message = (
                f"the target asks to wait for {requested:.0f} s (Retry-After), longer than the "
                f"{self.retry_policy.longest_wait:g} s that a run waits: run again later"
            )
            raise RetryLaterError(message)
        return requested


def retry_after(response: Response, now: datetime) -> float | None:
    """Return the seconds of `Retry-After`, a number or a date (RFC 9110, 10.2.3), never negative.

    Args:
        response: the response. A date is judged by its own `Date`, since the clocks of servers are often wrong.
        now: the current time, for a response without a date.

    Returns:
        The seconds; None where there are none, they cannot be read, or they are more than a year.

    """
    header = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(header):
        seconds = float(header)
    else:
        until = _date(header)
        if until is None:
            return None
        seconds = max(0.0, (until - (_date(response.headers.get("date", "")) or now)).total_seconds())
    return seconds if seconds <= _LONGEST_MEANT else None


def _date(text: str) -> datetime | None:
    """Return a date of HTTP in one of its three forms (RFC 9110, 5.6.7), or None."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


@dataclass
class LossRate:
    """Counts responses, and losses of responses that were received when the request was sent again.

    On a good network a few repeats show that a target never responds to a request; on a bad one ten responses in a row
    may be lost by chance.

    Attributes:
        received: the number of responses received.
        lost: the number of losses before them.

    """

    received: int = 0
    lost: int = 0

    def repeats(self) -> int:
        """Return how many losses in a row have a probability below 1e-6; at least 3."""
        # The rule of succession: without a loss so far, the rate may still be above 0.
        rate = (self.lost + 1) / (self.received + self.lost + 2)
        return max(_MIN_REPEATS, math.ceil(math.log(_UNLIKELY) / math.log(rate)))
