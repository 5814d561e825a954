"""A proxy before a server, whose every answer may meet a fault."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlsplit

_LINGER_NOT = b"\x01\0\0\0\0\0\0\0"
_PIECE = 64 * 1024
# Seconds after which what is sent does not arrive together with what was sent before.
_APART = 0.01


class ClientGone(Exception):  # noqa: N818 - it tells what happened; nothing is wrong with it
    """The client is gone."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the server behind answered."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def head(self, *, length: int | None) -> bytes:
        """Write the head of the answer with a `Content-Length` of our own, or with none where it is None."""
        kept = [f"{name}: {value}" for name, value in self.headers if name.lower() not in {"content-length", "date"}]
        lengths = ["Connection: close"] if length is None else [f"Content-Length: {length}"]
        return "\r\n".join([f"HTTP/1.1 {self.status} {self.reason}", *kept, *lengths, "", ""]).encode("latin-1")

    @property
    def whole(self) -> bytes:
        """The answer as it should go over the wire."""
        return self.head(length=len(self.body)) + self.body


@dataclass
class ProxiedConnection:
    """A request that has arrived at the proxy, and the way back to the client.

    Attributes:
        head: the request line and the headers, as they came.
        body: the body.

    """

    proxy: Proxy
    head: bytes
    body: bytes
    _connection: socket.socket
    _upstream: http.client.HTTPConnection

    def forward(self) -> Response:
        """Let the server process the request."""
        first, *lines = self.head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        upstream = self._upstream
        upstream.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for line in filter(None, lines):
            name, _, value = line.partition(":")
            upstream.putheader(name, value.strip())
        upstream.endheaders(self.body)
        response = upstream.getresponse()
        return Response(response.status, response.reason, tuple(response.getheaders()), response.read())

    def send(self, content: bytes) -> None:
        """Send bytes to the client.

        Raises:
            ClientGone: the client is gone.

        """
        try:
            self._connection.sendall(content)
        except OSError as error:
            raise ClientGone from error

    def trickle(self, content: bytes, seconds: float) -> None:
        """Send the bytes one by one, so many seconds apart.

        Raises:
            ClientGone: the client is gone.

        """
        for number in range(len(content)):
            self.send(content[number : number + 1])
            if self.proxy.stopping.wait(seconds):
                raise ClientGone

    def pause(self) -> None:
        """Let what was sent arrive alone.

        Raises:
            ClientGone: the proxy ends.

        """
        if self.proxy.stopping.wait(_APART):
            raise ClientGone

    def flood(self, size: int, byte: bytes) -> None:
        """Send so many bytes to the client, as long as it takes them; the proxy notes how many it took.

        Raises:
            ClientGone: the client is gone.

        """
        piece = byte * _PIECE
        for sent in range(0, size, _PIECE):
            self.send(piece[: size - sent])
            self.proxy.flooded = max(self.proxy.flooded, sent + _PIECE)

    def hang(self) -> None:
        """Say nothing until the client leaves."""
        with contextlib.suppress(OSError):
            while self._connection.recv(_PIECE):
                continue

    def reset(self) -> None:
        """End the connection by a reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)


# What is done with a request; says whether the connection goes on.
Fault = Callable[[ProxiedConnection], bool]


def conform(connection: ProxiedConnection) -> bool:
    """Pass request and answer on as they are."""
    connection.send(connection.forward().whole)
    return True


@dataclass
class Proxy:
    """A proxy that runs: its URL, what it does to each request, and what it saw.

    Attributes:
        choose: gives the fault that the next request meets.
        seconds: the client's timeout, by which slowness is measured.
        elsewhere: the URL that redirects lead to.
        clock: seconds in which the length of an outage is measured.
        while_down: what each request meets while the server behind is down.
        flooded: the most bytes of one answer that a client took.
        heard: bytes of heads that clients sent.

    """

    url: str
    upstream: str
    choose: Callable[[], Fault]
    seconds: float
    elsewhere: str
    clock: Callable[[], float]
    while_down: Fault = conform
    flooded: int = 0
    heard: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    door: _Listener | None = None
    _outage_until: float | None = None
    _down_until: float = 0.0

    @property
    def is_down(self) -> bool:
        """Whether the server behind is down."""
        return self.clock() < self._down_until

    def begin_outage_behind(self, seconds: float) -> None:
        """Let the server behind be down for so many seconds of the clock."""
        self._down_until = self.clock() + seconds

    def begin_outage(self, seconds: float) -> None:
        """Refuse connections for so many seconds of the clock."""
        if self.door is not None:
            self.door.close()
        self._outage_until = self.clock() + seconds

    def time_passed(self) -> None:
        """See whether an outage is over; to be called when the clock has moved."""
        if self.door is not None and self._outage_until is not None and self.clock() >= self._outage_until:
            self._outage_until = None
            self.door.open()

    def serve_connection(self, connection: socket.socket) -> None:
        """Serve one connection until either side ends it."""
        upstream = http.client.HTTPConnection(str(urlsplit(self.upstream).hostname), urlsplit(self.upstream).port)
        with contextlib.closing(upstream), contextlib.suppress(ClientGone), connection.makefile("rb") as stream:
            while (request := _read(stream)) is not None:
                self.heard += len(request[0])
                chosen = self.choose() if not self.is_down else self.while_down
                if not chosen(ProxiedConnection(self, *request, connection, upstream)):
                    return


@contextmanager
def proxying(proxy: Proxy, tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """Serve in threads while the context lasts; the proxy is told its URL."""
    # A socket that is bound and does not listen keeps the port during an outage.
    with _bound(0) as holder:
        port = holder.getsockname()[1]
        door = _Listener(proxy.serve_connection, port, tls)
        proxy.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        proxy.door = door
        door.open()
        try:
            yield proxy
        finally:
            proxy.stopping.set()
            door.close_for_ever()


@dataclass
class _Listener:
    """The listener of a proxy, which can be closed and opened again."""

    serve_connection: Callable[[socket.socket], None]
    port: int
    tls: ssl.SSLContext | None
    _listener: socket.socket | None = None
    _threads: list[threading.Thread] = field(default_factory=list)
    _connections: list[socket.socket] = field(default_factory=list)

    def open(self) -> None:
        """Listen."""
        self._listener = _bound(self.port)
        self._listener.listen()
        self._start(self._accept, self._listener)

    def close(self) -> None:
        """Refuse connections."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)

    def close_for_ever(self) -> None:
        """Refuse connections, end those that there are, and wait until all is done."""
        self.close()
        for connection in self._connections:
            # A connection that has ended already cannot be shut down.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _start(self, act: Callable[[socket.socket], None], argument: socket.socket) -> None:
        thread = threading.Thread(target=act, args=(argument,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        # Accepting fails once the listener is shut down.
        with listener, contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connections.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        # A client that leaves, or that does not trust the certificate, is what these tests are about.
        with connection, contextlib.suppress(OSError):
            if self.tls is None:
                self.serve_connection(connection)
            else:
                with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                    self._connections.append(wrapped)
                    self.serve_connection(wrapped)


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _read(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    lines = []
    while (line := stream.readline()) not in {b"\r\n", b""}:
        lines.append(line)
    if not lines or not line:
        return None
    head = b"".join(lines).strip()
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    return head, stream.read(length)
