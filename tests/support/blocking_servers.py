"""Servers behind a rate limit or a firewall, and servers that lock the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse
from orders_conformance.mock.service import Service

HTML: Headers = (("Content-Type", "text/html"),)
JSON: Headers = (("Content-Type", "application/json"),)
PAGE = ServerResponse(403, HTML, b"<!doctype html><title>Forbidden</title>")
REFUSAL = ServerResponse(403, JSON, b'{"code": 403, "message": "Too many requests."}')


class Limited(Service):
    """Lets a number of requests through in each window of time; `most` in `window` seconds."""

    blocked: ClassVar[ServerResponse] = PAGE
    most: ClassVar[int] = 30
    window: ClassVar[float] = 5.0

    def set_up(self) -> None:
        """Begin with an empty window."""
        self.begun = self.clock()
        self.requests = 0

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Count a request, and respond to it unless the window is full."""
        if self.clock() - self.begun >= timedelta(seconds=self.window):
            self.begun, self.requests = self.clock(), 0
        self.requests += 1
        return self.blocked if self.requests > self.most else super().handle(request)


class Refilled(Service):
    """Has a bucket of tokens that is refilled three times a second."""

    blocked: ClassVar[ServerResponse] = PAGE
    most: ClassVar[int] = 20
    rate: ClassVar[float] = 3.0

    def set_up(self) -> None:
        """Begin with a full bucket."""
        self.tokens, self.at = float(self.most), self.clock()

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Take a token, or block."""
        now = self.clock()
        self.tokens = min(self.most, self.tokens + (now - self.at).total_seconds() * self.rate)
        self.at = now
        if self.tokens < 1:
            return self.blocked
        self.tokens -= 1
        return super().handle(request)


class ShutsOut(Service):
    """Blocks everything for good after a number of requests."""

    blocked: ClassVar[ServerResponse] = PAGE
    most: ClassVar[int] = 60

    def set_up(self) -> None:
        """Begin to count."""
        self.requests = 0

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Count a request, and respond to it unless there were too many."""
        self.requests += 1
        return self.blocked if self.requests > self.most else super().handle(request)


class Locking(Service):
    """Locks the account after some wrong passwords; `minutes` None for good."""

    locked: ClassVar[ServerResponse] = ServerResponse(423, JSON, b"{}")
    wrong: ClassVar[int] = 3
    seconds: ClassVar[float | None] = None

    def set_up(self) -> None:
        """Begin without a wrong password."""
        self.failures = 0
        self.since: datetime | None = None
        self.sent_since: list[str | None] = []

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Respond to a request, unless the account is locked."""
        if self.since is not None:
            if self.seconds is None or self.clock() - self.since < timedelta(seconds=self.seconds):
                self.sent_since.append(request.header("Authorization"))
                return self.locked
            self.since, self.failures = None, 0
        return super().handle(request)

    def credentials_match(self, user: str, password: str) -> bool:
        """Compare the credentials, and count wrong passwords."""
        right = super().credentials_match(user, password)
        self.failures += not right and user == self.client_key
        if self.failures >= self.wrong and self.since is None:
            self.since = self.clock()
        return right


def variant(base: type[Service], **attributes: Any) -> type[Service]:
    """Make a subclass with other class attributes."""
    given: Mapping[str, Any] = {"__doc__": base.__doc__, **attributes}
    return type(base.__name__, (base,), dict(given))
