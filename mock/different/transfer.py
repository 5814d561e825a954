"""Servers that use parts of HTTP that few servers use, and that every client must understand."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.mock.service import Service

SERVERS = Catalogue()

_CREATED = 201
_HINT: Headers = (("Link", "</orders.css>; rel=preload; as=style"),)
_PROCESSING, _EARLY_HINTS, _CONTINUE = (102, ()), (103, _HINT), (100, ())


class _OnTheWire(Service):
    """Sends some responses in another way."""

    wire = True

    def is_altered(self, response: ServerResponse) -> bool:
        return True

    def altered(self, response: ServerResponse) -> ServerResponse:
        raise NotImplementedError

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        return self.altered(response) if self.is_altered(response) else response


class _Interim(_OnTheWire):
    """Sends interim responses before a response."""

    interim: ClassVar[tuple[tuple[int, Headers], ...]]

    def altered(self, response: ServerResponse) -> ServerResponse:
        return replace(response, wire=WireBehaviour(interim=self.interim))


@SERVERS.add
class Processing(_Interim):
    """Sends an interim response 102 before each response."""

    interim = (_PROCESSING,)


@SERVERS.add
class EarlyHints(_Interim):
    """Sends an interim response 103 before each response."""

    interim = (_EARLY_HINTS,)


@SERVERS.add
class EarlyHintsOfCreated(EarlyHints):
    """Sends an interim response 103 before 201 only."""

    def is_altered(self, response: ServerResponse) -> bool:
        return response.status == _CREATED


@SERVERS.add
class ProcessingBeforeErrors(Processing):
    """Sends an interim response 102 before error responses only."""

    def is_altered(self, response: ServerResponse) -> bool:
        return response.status != _CREATED


@SERVERS.add
class SeveralInterimResponses(_Interim):
    """Sends five interim responses of three kinds before each response."""

    interim = (_CONTINUE, _PROCESSING, _PROCESSING, _EARLY_HINTS, _EARLY_HINTS)


@SERVERS.add
class ContinueWithoutExpect(_Interim):
    """Sends an interim response 100 before each response, although no request expects it."""

    interim = (_CONTINUE,)


@SERVERS.add
class UnknownInterimResponse(_Interim):
    """Sends an interim response 199, which clients treat as 100, before each response."""

    interim = ((199, (("X-Progress", "50"),)),)


class _WithHeaders(_OnTheWire):
    """Adds headers to responses."""

    more: ClassVar[Headers]

    def altered(self, response: ServerResponse) -> ServerResponse:
        return replace(response, headers=(*response.headers, *self.more))


@SERVERS.add
class ManyHeaders(_WithHeaders):
    """Sends 150 header fields."""

    more = tuple((f"X-Trace-{number}", str(number)) for number in range(150))


@SERVERS.add
class ManyCookies(_WithHeaders):
    """Sends 120 cookies."""

    more = tuple(("Set-Cookie", f"c{number}={number}; Path=/; HttpOnly") for number in range(120))


@SERVERS.add
class LongHeader(_WithHeaders):
    """Sends a header field of 70 kilobytes."""

    more = (("Content-Security-Policy", "default-src 'self';" * 3700),)


@SERVERS.add
class LongHeaderOfCreated(LongHeader):
    """Sends a header field of 70 kilobytes with 201 only."""

    def is_altered(self, response: ServerResponse) -> bool:
        return response.status == _CREATED


class _Raw(_OnTheWire):
    """Sends responses as bytes of its own, and closes the connection."""

    version: ClassVar[str] = "HTTP/1.1"
    more: ClassVar[Headers] = (("Connection", "close"),)

    def phrase(self, response: ServerResponse) -> str:
        return HTTPStatus(response.status).phrase

    def content(self, body: bytes) -> bytes:
        return body

    def altered(self, response: ServerResponse) -> ServerResponse:
        head = f"{self.version} {response.status} {self.phrase(response)}\r\n"
        fields = "".join(f"{name}: {value}\r\n" for name, value in (*response.headers, *self.more))
        raw = f"{head}{fields}\r\n".encode("latin-1") + self.content(response.body)
        return replace(response, wire=WireBehaviour(raw=raw))


@SERVERS.add
class EndsWithTheConnection(_Raw):
    """Sends bodies without a length: they end with the connection."""


@SERVERS.add
class OldVersion(_Raw):
    """Responds in HTTP/1.0, without a length."""

    version = "HTTP/1.0"
    more = ()


@SERVERS.add
class NoReasonPhrase(_Raw):
    """Sends status lines without a reason phrase."""

    def phrase(self, response: ServerResponse) -> str:
        return ""


@SERVERS.add
class OtherReasonPhrase(_Raw):
    """Sends status lines with a reason phrase in German, in ISO 8859-1."""

    def phrase(self, response: ServerResponse) -> str:
        return "schön, aber anders"


@SERVERS.add
class ChunksWithExtensions(_Raw):
    """Sends bodies in chunks with extensions, and with a trailer."""

    more = (("Transfer-Encoding", "chunked"), ("Trailer", "X-Checksum"), ("Connection", "close"))

    def content(self, body: bytes) -> bytes:
        pieces = (body[at : at + 100] for at in range(0, len(body), 100))
        chunks = b"".join(b'%X;name="a b"\r\n%s\r\n' % (len(piece), piece) for piece in pieces)
        return chunks + b"000;last\r\nX-Checksum: 1\r\n\r\n"


@SERVERS.add
class ClosesAfterErrors(_OnTheWire):
    """Closes the connection after each error response."""

    def is_altered(self, response: ServerResponse) -> bool:
        return response.status != _CREATED

    def altered(self, response: ServerResponse) -> ServerResponse:
        return replace(response, wire=WireBehaviour(close=True))


@SERVERS.add
class ClosesAfterCreated(ClosesAfterErrors):
    """Closes the connection after each created order."""

    def is_altered(self, response: ServerResponse) -> bool:
        return response.status == _CREATED


@SERVERS.add
class ForgetsConnections(Service):
    """Closes each connection a millisecond after its last response, without a word."""

    wire = True
    keep_alive = 0.001


@SERVERS.add
class SingleThreaded(Service):
    """Serves one connection at a time, until it has had no request for a fifth of a second."""

    wire = True
    one_connection = True
    keep_alive = 0.2


@SERVERS.add
class SingleThreadedWithoutLimit(Service):
    """Serves one connection at a time, until its client closes it."""

    wire = True
    one_connection = True
    keep_alive = 3600.0
