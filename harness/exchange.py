"""A request to the target and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: the exact bytes of the body, and the two headers that the contract speaks of.

    What the client has to know of its meaning is decided before it is sent:

    Attributes:
        body: the bytes of the body.
        content_type: the header, or None for no header.
        authorization: likewise.
        purpose: the requirement that it is sent for, so that an operator can attribute traffic.
        method: of HTTP.
        item: the segment of the path that names an order below the endpoint; blank for the endpoint itself.
        may_create: whether a conformant server may create an order for it.
        has_right_credentials: whether the server must authenticate it.
        credentials: a label: the kind of credentials that the header was made as; blank where it is not known. Whether
            the header is right is told by its bytes alone.

    """

    body: bytes
    content_type: str | None
    authorization: str | None = field(repr=False)
    purpose: str = ""
    method: str = "POST"
    item: str = ""
    may_create: bool = True
    has_right_credentials: bool = True
    credentials: str = ""

    @property
    def identity(self) -> tuple[bytes, str | None, str | None]:
        """What tells one request from another: body, media type and credentials."""
        return self.body, self.content_type, self.authorization


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: header names in lower case, repeated ones joined by a comma; the body as decoded by HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type of the body in lower case, without parameters; blank where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no reply came.

    `kind` is `timeout`, `dropped` (the connection ended early), `protocol` (not HTTP, or more than is read), or
    `refused` (no connection could be made, so that nothing was sent).
    """

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that did not count: a transient status or a failure, and the seconds waited after it.

    Where an answer came in a body that is damaged, it has both: its status, and the failure `damaged`.
    """

    status: int | None
    failure: str | None
    waited: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its retries and its outcome; exactly one of `response` and `failure` is set.

    `at` and `elapsed` are seconds since the run began and seconds taken. `connection` names the connection that was
    asked for; `group` the requests that were sent at once.
    """

    id: str
    probe: str
    request: Request
    response: Response | None
    failure: Failure | None
    at: float
    elapsed: float
    connection: str
    group: str | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def uncertain(self) -> bool:
        """Whether an attempt before the last may have been processed without our knowing all that came of it."""
        return any(effect(attempt.status, attempt.failure) is not Effect.NONE for attempt in self.attempts)


class Effect(StrEnum):
    """What one try may have left behind at the target."""

    CREATED = "created"
    NONE = "none"
    UNKNOWN = "unknown"


def effect(status: int | None, failure: str | None) -> Effect:
    """Tell what a try left behind, as far as its answer tells.

    Args:
        status: of the reply, or None.
        failure: the kind of the failure, or None.

    """
    if failure not in {None, DAMAGED} or status is None:
        return Effect.NONE if failure == REFUSED else Effect.UNKNOWN
    if status in SUCCESS:
        return Effect.CREATED
    return Effect.NONE if status in CLIENT_ERROR else Effect.UNKNOWN


REFUSED = "refused"
DAMAGED = "damaged"
TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
SERVER_ERROR = 500
SUCCESS = range(200, 300)
_CLASS = len(SUCCESS)
CLIENT_ERROR = range(SERVER_ERROR - _CLASS, SERVER_ERROR)
REDIRECTION = range(SUCCESS.stop, CLIENT_ERROR.start)
