"""A service that stands in for the real one: with latency, a health check and a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.service import Service

HEALTH = "/health"

_HEALTHY = ServerResponse(
    200, (("Content-Type", "application/json"), ("Cache-Control", "no-store")), b'{"status":"ok"}'
)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A request and its response, for a log; nothing in it is cleaned.

    Attributes:
        method: the method of the request.
        path: its path with its query.
        status: the status of the response.
        length: the bytes of the body of the response.
        seconds: how long the response took, with the latency.

    """

    method: str
    path: str
    status: int
    length: int
    seconds: float


@dataclass(frozen=True)
class StandIn:
    """A service with what its users want beside the API.

    Attributes:
        service: the service.
        latency: the seconds that each response of the service is delayed.
        log: called with each request and its response, the health check apart; in any thread.
        clock: returns seconds, monotonic.

    """

    service: Service
    latency: float = 0.0
    log: Callable[[LogEntry], None] = lambda _entry: None
    clock: Callable[[], float] = time.monotonic

    @property
    def keep_alive(self) -> float:
        """For how many seconds a connection is kept open without a request."""
        return self.service.keep_alive

    @property
    def one_connection(self) -> bool:
        """Whether only one connection is served at a time."""
        return self.service.one_connection

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Return the response to a request; the health check needs no credentials."""
        if urlsplit(request.path).path == HEALTH and request.method in {"GET", "HEAD"}:
            return _HEALTHY
        started = self.clock()
        response = self.service.handle(request)
        response = replace(response, wire=replace(response.wire, delay=response.wire.delay + self.latency))
        seconds = self.clock() - started + response.wire.delay
        self.log(LogEntry(request.method, request.path, response.status, len(response.body), seconds))
        return response
