"""What is transient is tried again, within limits: refusals for a while, and connections that fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from orders_conformance.harness.errors import TargetUnavailableError
from orders_conformance.harness.exchange import (
    REFUSED,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Attempt,
    Failure,
    Request,
    Response,
)

# Tries of a request whose credentials are wrong.
_STRANGERS = 2
_TRANSIENT = {TOO_MANY_REQUESTS, UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait, and how often to try.

    Attributes:
        timeout: seconds until a connection, and until the whole of an answer.
        transient: tries of a request that is answered 429 or 503.
        dropped: tries of a request whose connection ends early.
        refused: tries where no connection can be made, once the target has answered before.
        backoff: seconds of the first wait that is no answer's own; each further one is twice as long.
        longest_backoff: seconds of such a wait at most.
        longest_wait: seconds that a `Retry-After` may ask for.
        largest: bytes of a body that are read.

    """

    timeout: float = 5.0
    transient: int = 8
    dropped: int = 8
    refused: int = 5
    backoff: float = 0.1
    longest_backoff: float = 2.0
    longest_wait: float = 60.0
    largest: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a request: a reply or a failure, after the attempts that did not count.

    `began` is when the first try was sent, by the clock of who sent it; None where that is not known.
    """

    response: Response | None
    failure: Failure | None
    attempts: tuple[Attempt, ...]
    began: float | None = None


class Transport(Protocol):
    """Sends one request once. Raises `TargetUnavailableError` where nothing can be reached."""

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request by the named connection."""
        ...


@dataclass
class RetryingTransport:
    """Sends a request until it counts: a transient status or failure is tried again, within limits.

    Silence is not tried again here: each try costs the whole timeout, and the sender first sees that the target is
    still there. A request whose credentials are wrong is tried again once only, for each try may count towards locking
    an account; the sender then sends another one in between.

    Attributes:
        turn: waits until a try may be sent.

    """

    send: Transport
    retry_policy: RetryPolicy
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    turn: Callable[[], None] = lambda: None
    _reached: bool = field(default=False, init=False)

    def __call__(self, request: Request, connection: str) -> Delivery:
        """Send a request; the last attempt counts, whatever it is.

        Raises:
            TargetUnavailableError: no connection can be made, or `Retry-After` asks for more than `longest_wait`.

        """
        attempts: list[Attempt] = []
        began: float | None = None
        while True:
            self.turn()
            began = self.clock() if began is None else began
            answer = self.send(request, connection)
            status = answer.status if isinstance(answer, Response) else None
            failure = answer if isinstance(answer, Failure) else None
            tried = len(attempts) + 1
            if tried >= self._tries(request, status, failure):
                if failure is not None and failure.kind == REFUSED:
                    raise TargetUnavailableError(failure.detail)
                # What the target asks for holds for the next request as well.
                self._rest(self._asked(answer) or 0.0)
                return Delivery(answer if isinstance(answer, Response) else None, failure, tuple(attempts), began)
            self._reached = self._reached or failure is None or failure.kind != REFUSED
            wait = self._wait(answer, tried)
            attempts.append(Attempt(status, failure.kind if failure else None, wait))
            self._rest(wait)

    def _rest(self, seconds: float) -> None:
        if seconds:
            self.sleep(seconds)

    def _tries(self, request: Request, status: int | None, failure: Failure | None) -> int:
        if failure is not None and failure.kind == REFUSED:
            return self.retry_policy.refused if self._reached else 1
        self._reached = self._reached or failure is None
        if (status not in _TRANSIENT) if failure is None else (failure.kind == "timeout"):
            return 1
        most = self.retry_policy.transient if failure is None else self.retry_policy.dropped
        return most if request.has_right_credentials else min(most, _STRANGERS)

    def _wait(self, answer: Response | Failure, tried: int) -> float:
        asked = self._asked(answer)
        if asked is not None:
            return asked
        # The vendor says to try again at once after a 503; who was asked too often is not.
        at_once = tried == 1 and not (isinstance(answer, Response) and answer.status == TOO_MANY_REQUESTS)
        return (
            0.0 if at_once else min(self.retry_policy.backoff * 2.0 ** (tried - 1), self.retry_policy.longest_backoff)
        )

    def _asked(self, answer: Response | Failure) -> float | None:
        """Tell the seconds that an answer asks to wait for, where it does.

        Raises:
            TargetUnavailableError: they are more than we wait.

        """
        asked = _retry_after(answer) if isinstance(answer, Response) and answer.status in _TRANSIENT else None
        if asked is not None and asked > self.retry_policy.longest_wait:
            message = (
                f"the target wants to be left alone for {asked:.0f} s (Retry-After), longer than the "
                f"{self.retry_policy.longest_wait:g} s that a run waits: run again later"
            )
            raise TargetUnavailableError(message)
        return asked


def _retry_after(answer: Response) -> float | None:
    """Tell the seconds that an answer asks to wait for, if it does so in a form that RFC 9110, 10.2.3, knows."""
    header = answer.headers.get("retry-after")
    if not header:
        return None
    try:
        return float(Retry().parse_retry_after(header))
    except (HTTPError, ValueError, OverflowError):
        return None
