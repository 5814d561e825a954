"""Tiny servers on the loopback interface that respond with exactly the bytes that a test chooses."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

# Seconds between the bytes of an answer that drips.
_DRIP = 0.02
_LINGER_NOT = b"\x01\0\0\0\0\0\0\0"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived; header names in lower case, connections numbered from 1."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        """Look up a header by its name in lower case."""
        return dict(self.headers).get(name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, and what becomes of the connection then.

    One that hangs stays open until the server ends; one that drips goes on in single bytes until then.
    """

    content: bytes
    then: Literal["keep", "close", "reset", "hang", "drip"] = "keep"


def http(status: int, body: bytes = b"", *headers: str) -> Answer:
    """Make a whole answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return Answer("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


@dataclass
class Server:
    """A server that runs: its URL, and the requests that it saw."""

    respond: Callable[[Seen], Answer]
    url: str
    seen: list[Seen] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def attend(self, connection: socket.socket, number: int) -> None:
        """Answer the requests of one connection until either side ends it."""
        # A client that leaves, or that does not trust the certificate, is what some tests are about.
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as stream:
            while (request := _read(stream, number)) is not None:
                self.seen.append(request)
                answer = self.respond(request)
                connection.sendall(answer.content)
                if answer.then == "hang":
                    self.stopping.wait()
                while answer.then == "drip" and not self.stopping.wait(_DRIP):
                    connection.sendall(b"x")
                if answer.then == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
                if answer.then != "keep":
                    return


@contextmanager
def listening(respond: Callable[[Seen], Answer], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve in threads while the context lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = Server(respond, f"{'https' if tls else 'http'}://127.0.0.1:{port}")
        accepted: list[socket.socket] = []
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                connection = listener.accept()[0]
                if server.stopping.is_set():
                    connection.close()
                    return
                if tls is not None:
                    connection = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                accepted.append(connection)
                threads.append(threading.Thread(target=server.attend, args=(connection, len(accepted))))
                threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield server
        finally:
            server.stopping.set()
            socket.create_connection(("127.0.0.1", port)).close()
            acceptor.join()
            for connection in accepted:
                # A connection that has ended already cannot be shut down.
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


@contextmanager
def unused_url() -> Iterator[str]:
    """Yield the URL of a port that is taken and refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def _read(stream: BinaryIO, connection: int) -> Seen | None:
    line = stream.readline()
    if not line:
        return None
    headers = []
    while (header := stream.readline().strip()) != b"":
        name, _, value = header.decode("latin-1").partition(":")
        headers.append((name.lower(), value.strip()))
    body = stream.read(int(dict(headers).get("content-length", "0")))
    return Seen(line.decode("latin-1").strip(), tuple(headers), body, connection)
