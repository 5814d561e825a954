"""Servers that answer in another way over the wire, or not at once."""

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
    """Sends each reply in another way."""

    wire = True
    behaviour: ClassVar[WireBehaviour]

    def handle(self, request: ServerRequest) -> ServerResponse:
        return replace(super().handle(request), wire=self.behaviour)


@SERVERS.add
class Chunked(_OnTheWire):
    """Sends bodies in chunks, without a length."""

    behaviour = WireBehaviour(chunked=True)


@SERVERS.add
class ClosesConnections(_OnTheWire):
    """Closes the connection after each answer, and says so."""

    behaviour = WireBehaviour(close=True)


@SERVERS.add
class ChunkedAndClosed(_OnTheWire):
    """Sends bodies in chunks, and closes the connection after each."""

    behaviour = WireBehaviour(chunked=True, close=True)


@SERVERS.add
class Slow(_OnTheWire):
    """Takes its time for each answer."""

    behaviour = WireBehaviour(delay=0.05)


@SERVERS.add
class Compressed(Service):
    """Compresses bodies for clients that take gzip."""

    wire = True

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if "gzip" not in (request.header("Accept-Encoding") or ""):
            return response
        headers = (*response.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
        return replace(response, headers=headers, body=gzip.compress(response.body))


class _NowAndThen(Service):
    """Does something else with one request of several."""

    every: ClassVar[int] = 7

    def begin(self) -> None:
        self.requests = count(1)

    def handle(self, request: ServerRequest) -> ServerResponse:
        return self.otherwise(request) if next(self.requests) % self.every == 0 else super().handle(request)

    def otherwise(self, request: ServerRequest) -> ServerResponse:
        raise NotImplementedError


class _Unavailable(_NowAndThen):
    """Answers one request of several with a status that says to try again."""

    status: ClassVar[int] = 503
    more: ClassVar[Headers] = ()

    def otherwise(self, request: ServerRequest) -> ServerResponse:
        return ServerResponse(self.status, (("Content-Type", "text/html"), *self.more), b"<h1>Try again</h1>")


@SERVERS.add
class TooManyRequests(_Unavailable):
    """Answers each seventh request with 429, to be tried again at once."""

    status = 429
    more = (("Retry-After", "0"),)


@SERVERS.add
class TooManyAtFirst(_Unavailable):
    """Answers each fourth request with 429, and does not say when to try again."""

    status = 429
    every = 4


@SERVERS.add
class UnavailableAtTimes(_Unavailable):
    """Answers each seventh request with 503."""


@SERVERS.add
class UnavailableFromADate(_Unavailable):
    """Answers each ninth request with 503 and a date from which on to try again, which is past."""

    every = 9
    more = (("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)


@SERVERS.add
class UnavailableAfterCreating(_NowAndThen):
    """Answers each eleventh request with 503 after it was processed."""

    every = 11

    def otherwise(self, request: ServerRequest) -> ServerResponse:
        Service.handle(self, request)
        return ServerResponse(503, (("Content-Type", "text/plain"),), b"Try again")


@SERVERS.add
class DropsBefore(_NowAndThen):
    """Drops the connection of each tenth request before it is processed."""

    wire = True
    every = 10

    def otherwise(self, request: ServerRequest) -> ServerResponse:
        return ServerResponse(503, wire=WireBehaviour(drop="before"))


@SERVERS.add
class DropsAfter(_NowAndThen):
    """Drops the connection of each eleventh request after it was processed."""

    wire = True
    every = 11

    def otherwise(self, request: ServerRequest) -> ServerResponse:
        return replace(Service.handle(self, request), wire=WireBehaviour(drop="after"))
