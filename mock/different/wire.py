"""Servers that send responses in another way over HTTP, or not at the first attempt."""

from __future__ import annotations

import gzip
from dataclasses import replace
from itertools import count
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.mock.service import Service

SERVERS = Catalogue()


class _OnTheWire(Service):
    """Sends each response in another way."""

    wire = True
    behaviour: ClassVar[WireBehaviour]

    def handle(self, request: ServerRequest) -> ServerResponse:
        return replace(super().handle(request), wire=self.behaviour)


@SERVERS.add
class Chunked(_OnTheWire):
    """Sends bodies with chunked transfer coding, without Content-Length."""

    behaviour = WireBehaviour(chunked=True)


@SERVERS.add
class ClosesConnections(_OnTheWire):
    """Closes the connection after each response, with Connection: close."""

    behaviour = WireBehaviour(close=True)


@SERVERS.add
class ChunkedAndClosed(_OnTheWire):
    """Sends bodies with chunked transfer coding, and closes the connection after each."""

    behaviour = WireBehaviour(chunked=True, close=True)


@SERVERS.add
class Slow(_OnTheWire):
    """Responds to each request with a delay of 50 milliseconds."""

    behaviour = WireBehaviour(delay=0.05)


@SERVERS.add
class Compressed(Service):
    """Compresses bodies for clients that accept gzip."""

    wire = True

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if "gzip" not in (request.header("Accept-Encoding") or ""):
            return response
        headers = (*response.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
        return replace(response, headers=headers, body=gzip.compress(response.body))


class _EveryNth(Service):
    """Handles one request in several differently."""

    every: ClassVar[int] = 7

    def set_up(self) -> None:
        self.requests = count(1)

    def handle(self, request: ServerRequest) -> ServerResponse:
        return self.other_response(request) if next(self.requests) % self.every == 0 else super().handle(request)

    def other_response(self, request: ServerRequest) -> ServerResponse:
        raise NotImplementedError


class _Unavailable(_EveryNth):
    """Responds to one request in several with a status that asks for a retry."""

    status: ClassVar[int] = 503
    more: ClassVar[Headers] = ()

    def other_response(self, request: ServerRequest) -> ServerResponse:
        return ServerResponse(self.status, (("Content-Type", "text/html"), *self.more), b"<h1>Try again</h1>")


@SERVERS.add
class TooManyRequests(_Unavailable):
    """Responds with 429 and Retry-After: 0 to every seventh request."""

    status = 429
    more = (("Retry-After", "0"),)


@SERVERS.add
class TooManyAtFirst(_Unavailable):
    """Responds with 429 without Retry-After to every fourth request."""

    status = 429
    every = 4


@SERVERS.add
class UnavailableAtTimes(_Unavailable):
    """Responds with 503 to every seventh request."""


@SERVERS.add
class UnavailableFromADate(_Unavailable):
    """Responds with 503 and a Retry-After date in the past to every ninth request."""

    every = 9
    more = (("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)


@SERVERS.add
class UnavailableAfterCreating(_EveryNth):
    """Processes every eleventh request, and then responds with 503."""

    every = 11

    def other_response(self, request: ServerRequest) -> ServerResponse:
        Service.handle(self, request)
        return ServerResponse(503, (("Content-Type", "text/plain"),), b"Try again")


@SERVERS.add
class DropsBefore(_EveryNth):
    """Drops the connection of every tenth request before it is processed."""

    wire = True
    every = 10

    def other_response(self, request: ServerRequest) -> ServerResponse:
        return ServerResponse(503, wire=WireBehaviour(drop="before"))


@SERVERS.add
class DropsAfter(_EveryNth):
    """Processes every eleventh request, and then drops the connection."""

    wire = True
    every = 11

    def other_response(self, request: ServerRequest) -> ServerResponse:
        return replace(Service.handle(self, request), wire=WireBehaviour(drop="after"))
