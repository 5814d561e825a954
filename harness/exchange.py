"""A request to the target and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: the exact bytes of the body, and the two headers that the contract speaks of."""

    body: bytes
    content_type: str | None
    authorization: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: header names in lower case, repeated ones joined by a comma; the body as decoded by HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no reply came: `timeout`, `dropped` (the connection ended early) or `protocol` (not HTTP)."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that did not count: a transient status or a failure, and the seconds waited after it."""

    status: int | None
    failure: str | None
    waited: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its retries and its outcome; exactly one of `reply` and `failure` is set.

    `at` and `elapsed` are seconds since the run began and seconds taken. `connection` names the connection that was
    asked for; `group` the requests that were sent at once.
    """

    id: str
    probe: str
    request: Request
    reply: Reply | None
    failure: Failure | None
    at: float
    elapsed: float
    connection: str
    group: str | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def uncertain(self) -> bool:
        """Whether an attempt before the last may have been processed without our knowing."""
        return any(attempt.status != TOO_MANY_REQUESTS for attempt in self.attempts)


TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500
SUCCESS = range(200, 300)
