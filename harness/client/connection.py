"""One connection over which requests are sent and their responses are read, with `h11`, which knows no network.

What RFC 9112 forbids is a failure of the target, but where it tells a client how to read it all the same: folded
header lines (5.2), a missing reason phrase (4), single line feeds (2.2), equal lengths that are repeated (6.3). What
it allows and is larger than what is read is a failure of its own, which is not the target's.
"""

from __future__ import annotations

import selectors
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import h11

from orders_conformance.harness.client.content_coding import (
    CodingError,
    TooLargeError,
    UnsupportedCodingError,
    decoder,
)
from orders_conformance.harness.client.network import Stream
from orders_conformance.harness.client.response_head import NoResponseError, check_framing, merged_headers
from orders_conformance.harness.messages.exchange import UNREAD, Failure, Response

_CHUNK = 64 * 1024
_VERSION = b"HTTP/1."
# What h11 says of status 101, which answers a request for another protocol (RFC 9110, 15.2.2); none is ever sent here.
_SWITCHED = "without a pending proposal"
# h11 gives its errors the status that a server would respond with: header fields too large.
_TOO_LARGE = 431
# Errors of TLS that only say that the connection has ended.
_ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_WOULD_WAIT = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """The most that is read of a response.

    Attributes:
        body: bytes of the body, as decoded.
        head: bytes of the status line and the header fields, those of interim responses included.
        interim: interim responses (1xx) before the response.

    """

    body: int
    head: int
    interim: int


@dataclass
class Connection:
    """A connection; after each response `reusable` says whether another request may be sent over it.

    Attributes:
        stream: the connected socket.
        limits: the most that is read of a response.
        is_new: whether nothing was received over it so far.
        was_extended: whether a deadline was extended.

    """

    stream: Stream
    limits: ReadLimits
    is_new: bool = field(default=True, init=False)
    was_extended: bool = field(default=False, init=False)
    reusable: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Start with nothing sent."""
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=self.limits.head)

    def close(self) -> None:
        """Close the connection."""
        self.reusable = False
        self.stream.close()

    def is_fresh(self) -> bool:
        """Return whether a request may be sent: the target has neither closed the connection nor sent more bytes."""
        return self.reusable and self._waiting() is None

    def exchange(self, request: h11.Request, body: bytes, deadline: float, extend: Callable[[], float]) -> Response:
        """Send a request and read its response.

        Args:
            request: the request line and the headers.
            body: the body.
            deadline: when the response must be complete, in seconds of `time.monotonic`.
            extend: called once where the whole request was sent and nothing was received until the deadline; returns
                another deadline.

        Raises:
            NoResponseError: there is no response, no valid one, or more of it than is read.
            TimeoutError: the deadline passed.
            ssl.SSLError: TLS failed.

        """
        self.reusable = False
        try:
            head = self._head_of(request, body, deadline)
        except TimeoutError:
            if self._received or not self._is_sent:
                raise
            deadline = extend()
            self.was_extended = True
            head = self._read_head(deadline)
        headers = merged_headers(head)
        self._keep_rest(head.reason, [])
        content = self._body(head, headers, deadline)
        trailing, _ended = self._http.trailing_data
        if trailing or self._waiting():
            raise NoResponseError(Failure("protocol", "a response longer than its announced length"))
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE and self._is_sent:
            self._http.start_next_cycle()
            self.reusable = True
        return Response(head.status_code, headers, content, rest=b"\n".join(self._rest))

    def tunnel(self, authority: str, deadline: float) -> int:
        """Ask a proxy for a tunnel; return its status. After a status of 2xx the stream leads to the target."""
        request = h11.Request(method="CONNECT", target=authority, headers=[("Host", authority)])
        return self._head_of(request, b"", deadline).status_code

    def _head_of(self, request: h11.Request, body: bytes, deadline: float) -> h11.Response:
        """Send a request; return the status line and the headers of its response."""
        self._received = self._interim = 0
        self._rest: list[bytes] = []
        self._ended = False
        outgoing = self._http.send(request) + self._http.send(h11.Data(data=body)) + self._http.send(h11.EndOfMessage())
        return self._read_head(deadline, self._send(outgoing, deadline))

    def _read_head(self, deadline: float, head: h11.Response | None = None) -> h11.Response:
        """Read until the head of the response is there, unless it is already."""
        while head is None:
            self._receive(deadline)
            head = self._head()
        if self._received - len(self._http.trailing_data[0]) > self.limits.head:
            raise self._head_too_large()
        check_framing(head)
        return head

    def _send(self, outgoing: bytes, deadline: float) -> h11.Response | None:
        """Send bytes, unless the target ends it by responding early (RFC 9112, 9.5); return the response's head."""
        rest = memoryview(outgoing)
        self._is_sent = False
        self.stream.settimeout(0)
        try:
            while rest:
                try:
                    rest = rest[self.stream.send(rest) :]
                except _WOULD_WAIT:
                    self._wait(deadline)
                    head = self._head() if self._receive_at_once() else None
                    if head is not None:
                        return head
        except OSError as error:
            if isinstance(error, (TimeoutError, ssl.SSLError)) and not isinstance(error, _ENDED):
                raise
            # The target may have responded before it closed the connection.
            return None
        self._is_sent = True
        return None

    def _wait(self, deadline: float) -> None:
        """Wait until bytes can be sent or received."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.stream.fileno(), selectors.EVENT_READ | selectors.EVENT_WRITE)
            if not selector.select(_left(deadline)):
                raise TimeoutError

    def _receive_at_once(self) -> bool:
        """Receive what has arrived; return whether anything has."""
        data = self._waiting(_CHUNK)
        if data is not None:
            self._take(data)
        return data is not None

    def _waiting(self, most: int = 1) -> bytes | None:
        """Return bytes that have arrived; empty at the end of the connection, None while it is open and silent."""
        self.stream.settimeout(0)
        try:
            return self.stream.recv(most)
        except _WOULD_WAIT:
            return None
        except OSError:
            return b""

    def _receive(self, deadline: float) -> None:
        self.stream.settimeout(_left(deadline))
        try:
            self._take(self.stream.recv(_CHUNK))
        except OSError as error:
            if isinstance(error, (TimeoutError, ssl.SSLError)) and not isinstance(error, _ENDED):
                raise
            detail = f"the connection ended without a complete response ({error.strerror or error})"
            raise NoResponseError(Failure("dropped", detail)) from None

    def _take(self, data: bytes) -> None:
        self._received += len(data)
        self.is_new = self.is_new and not data
        self._ended = not data
        self._http.receive_data(data)

    def _head(self) -> h11.Response | None:
        """Return the status line and headers of the response if they have arrived; interim responses are skipped."""
        while True:
            event = self._event("headers")
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                self._check_unfinished_head()
                return None
            self._keep_rest(event.reason, event.headers)
            self._interim += 1
            if self._interim > self.limits.interim:
                detail = f"more than the {self.limits.interim} interim responses (1xx) that are read before a response"
                raise NoResponseError(Failure(UNREAD, detail))

    def _check_unfinished_head(self) -> None:
        start = self._http.trailing_data[0][: len(_VERSION)]
        if not _VERSION.startswith(start):
            raise NoResponseError(Failure("protocol", "what was received is not HTTP/1.1"))
        if self._received > self.limits.head:
            raise self._head_too_large()

    def _head_too_large(self) -> NoResponseError:
        detail = f"a response with headers of more than the {self.limits.head} bytes that are read"
        return NoResponseError(Failure(UNREAD, detail))

    def _body(self, head: h11.Response, headers: dict[str, str], deadline: float) -> bytes:
        status, body = head.status_code, bytearray()
        try:
            decode = decoder(headers.get("content-encoding", ""))
            while not isinstance(event := self._event("body"), h11.EndOfMessage):
                if isinstance(event, h11.Data):
                    body += decode.decode(bytes(event.data), self.limits.body - len(body))
                else:
                    self._receive(deadline)
            self._keep_rest(b"", event.headers)
            decode.finish()
        except TooLargeError:
            detail = f"a response of more than the {self.limits.body} bytes that are read"
            raise NoResponseError(Failure(UNREAD, detail, status)) from None
        except UnsupportedCodingError as error:
            detail = f"a response in {error}"
            raise NoResponseError(Failure(UNREAD, detail, status)) from None
        except CodingError as error:
            raise NoResponseError(Failure("protocol", str(error))) from None
        return bytes(body)

    def _keep_rest(self, reason: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._rest += filter(None, (bytes(reason), *(bytes(part) for header in headers for part in header)))

    def _event(self, part: str) -> object:
        """Return the next event of the response; the errors of h11 repeat what was received, which is left out."""
        try:
            return self._http.next_event()
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == _TOO_LARGE:
                raise self._head_too_large() from None
            if self._ended:
                detail = f"the connection ended within the {part} of the response"
                raise NoResponseError(
                    Failure("dropped", detail if self._received else "the connection ended")
                ) from None
            detail = str(error).partition(":")[0]
            if _SWITCHED in detail:
                detail = "status 101, although no other protocol was asked for"
            raise NoResponseError(Failure("protocol", f"a response that is not valid HTTP/1.1: {detail}")) from None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
