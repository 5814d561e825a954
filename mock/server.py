"""Serving of a service over HTTP: starlette on uvicorn, on the loopback interface."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse

LOOPBACK = "127.0.0.1"

_CHUNK = 16
_BODILESS = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
# Seconds that requests have to be completed when a server in the foreground is ended.
_GRACE = 5


class Served(Protocol):
    """What is served: a `Service`, or something before one."""

    @property
    def keep_alive(self) -> float:
        """For how many seconds a connection is kept open without a request."""

    @property
    def one_connection(self) -> bool:
        """Whether only one connection is served at a time."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Return the response to a request; thread-safe."""


@contextmanager
def serving(service: Served, host: str = LOOPBACK, port: int = 0) -> Iterator[str]:
    """Serve in a background thread until the context is left.

    Args:
        service: the service; it is not closed at the end.
        host: the address to listen on.
        port: the port to listen on; 0 for a free one.

    Yields:
        The base URL.

    Raises:
        OSError: the address cannot be bound.

    """
    with _listener(host, port) as listener:
        server = _Server(service)
        thread = threading.Thread(target=server.run, args=([listener],), name="orders-server", daemon=True)
        thread.start()
        try:
            server.ready.wait()
            yield _url(listener)
        finally:
            server.stop()
            thread.join()


def serve(
    service: Served, host: str = LOOPBACK, port: int = 0, ready: Callable[[str], None] = lambda _url: None
) -> None:
    """Serve in the foreground until the process gets SIGINT or SIGTERM; requests that are processed are completed.

    Args:
        service: the service; it is not closed at the end.
        host: the address to listen on.
        port: the port to listen on; 0 for a free one.
        ready: called with the base URL as soon as requests are processed.

    Raises:
        OSError: the address cannot be bound.

    """
    with _listener(host, port) as listener:
        _Server(service, grace=_GRACE, ready=lambda: ready(_url(listener))).run([listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """A uvicorn server that starts and stops without delay, by events; uvicorn's own polls ten times a second."""

    def __init__(self, service: Served, grace: int = 0, ready: Callable[[], None] = lambda: None) -> None:
        self._grace, self._when_ready = grace, ready
        self._application = _Application(service)
        methods = ["POST", "GET", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS"]
        super().__init__(
            uvicorn.Config(
                Starlette(routes=[Route("/{path:path}", self._application, methods=methods)]),
                http=self._application.protocol(),
                loop="asyncio",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="critical",
                server_header=False,
                # Uvicorn's Date header is set by its polling loop, which this server replaces; `_send` adds the header.
                date_header=False,
                # Uvicorn declares whole seconds, and takes any number.
                timeout_keep_alive=service.keep_alive,  # type: ignore[arg-type] # see above
                timeout_graceful_shutdown=grace or None,
            )
        )
        self.ready = threading.Event()
        self._stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()
        self._when_ready()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            for listener in server.sockets:
                self._loop.remove_reader(listener.fileno())
        # asyncio leaks a connection that it has accepted if its server is closed before the connection is made, and
        # uvicorn waits for one that is made later. Two rounds of the loop make those that were accepted until now.
        for _ in range(2):
            await asyncio.sleep(0)
        if not self._grace:
            self._application.abort_all()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ARG002 - a handler of signals
        # Uvicorn's own raises the signal again at the end.
        self.force_exit, self.should_exit = self.should_exit, True
        self.stop()

    def stop(self) -> None:
        """Stop the server; thread-safe."""
        self._loop.call_soon_threadsafe(self._stopping.set)


class _Application:
    """The ASGI application: calls the service in a thread pool, and sends its response as `WireBehaviour` says."""

    def __init__(self, service: Served) -> None:
        self._service = service
        self._transports: dict[tuple[str, int], asyncio.Transport] = {}
        # The only connection that is served, if the service has one at a time.
        self._served: tuple[str, int] | None = None
        self._ended = asyncio.Event()

    def protocol(self) -> type[H11Protocol]:
        """Return uvicorn's protocol class with a list of open connections, so that they can be dropped."""
        transports, release = self._transports, self._release

        class Protocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
                super().connection_made(transport)
                # asyncio sets this only for listeners that name the protocol; without it each response is 40 ms late.
                transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.client is not None:
                    transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                if self.client is not None:
                    transports.pop(self.client, None)
                    release(self.client)

        return Protocol

    def abort_all(self) -> None:
        """Drop every connection."""
        for transport in list(self._transports.values()):
            transport.abort()

    def _release(self, connection: tuple[str, int]) -> None:
        """Let another connection be served, if it was this one."""
        if self._served == connection:
            self._served = None
            self._ended.set()

    async def _take_turn(self, connection: tuple[str, int]) -> None:
        """Wait until the connection that is served is this one."""
        while self._served not in {None, connection}:
            self._ended.clear()
            await self._ended.wait()
        if connection in self._transports:
            self._served = connection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process one request."""
        http_request = HttpRequest(scope, receive)
        request = _request(scope, await http_request.body())
        if self._service.one_connection:
            await self._take_turn(scope["client"])
        response = await run_in_threadpool(self._service.handle, request)
        transport = self._transports.get(scope["client"])
        if transport is None or transport.is_closing():
            return
        disconnected = asyncio.ensure_future(_wait_for_disconnect(receive))
        try:
            if response.wire.delay:
                await asyncio.wait([disconnected], timeout=response.wire.delay)
            if response.wire.drop:
                transport.abort()
            for status, headers in response.wire.interim:
                transport.write(_interim(status, headers))
            if response.wire.raw is not None:
                transport.write(response.wire.raw)
                transport.close()
            if response.wire.drop or response.wire.hang or response.wire.raw is not None:
                await disconnected
            else:
                await _send(response, send, head_only=scope["method"] == "HEAD")
            if response.wire.missing:
                transport.close()
                await disconnected
        finally:
            disconnected.cancel()


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _request(scope: Scope, body: bytes) -> ServerRequest:
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return ServerRequest(
        method=scope["method"],
        path=f"{path}?{query}" if query else path,
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        body=body,
        connection=str(scope["client"][1]),
    )


def _interim(status: int, headers: Headers) -> bytes:
    """Return an interim response, which ASGI cannot send."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return "".join(
        (f"HTTP/1.1 {status} {phrase}\r\n", *(f"{name}: {value}\r\n" for name, value in headers), "\r\n")
    ).encode("latin-1")


async def _send(response: ServerResponse, send: Send, *, head_only: bool) -> None:
    wire = response.wire
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if all(name.lower() != b"date" for name, _value in headers):
        headers.append((b"date", formatdate(usegmt=True).encode()))
    body = b"" if head_only else response.body
    if not wire.chunked and response.status not in _BODILESS:
        headers.append((b"content-length", str(len(response.body) + wire.missing).encode()))
    if wire.close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if wire.chunked:
        for start in range(0, len(body), _CHUNK):
            await send({"type": "http.response.body", "body": body[start : start + _CHUNK], "more_body": True})
        body = b""
    await send({"type": "http.response.body", "body": body, "more_body": bool(wire.missing)})
