"""A client of an ASGI application in this process: no port, no connections, and no bytes of HTTP."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from math import inf
from typing import Any, Self, TypeVar

from orders_conformance.harness.client.application.lifespan import Lifespan
from orders_conformance.harness.client.application.loading import Application, Message
from orders_conformance.harness.client.http import request_headers
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.messages.exchange import UNREAD, Failure, Request, Response

_T = TypeVar("_T")
# Where the application would be served; nothing is sent there.
_HOST, _PORT = "127.0.0.1", 8000
# Ports of clients begin here, one for each connection name.
_FIRST_PORT = 49152
_LEAST_TIMEOUT = 0.001
_END = 15.0


@dataclass
class ApplicationClient:
    """Sends requests to an application, each in a task of one event loop in another thread.

    Attributes:
        application: the application.
        path: the path of the endpoint.
        retry_policy: the timeout, and the most that is read of a body.
        user_agent: the name of the suite.
        url: the base URL of links and of the commands in the report.

    """

    application: Application
    path: str
    retry_policy: RetryPolicy
    user_agent: str
    url: str = f"http://{_HOST}:{_PORT}"
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop, init=False)
    _ports: dict[str, int] = field(default_factory=dict, init=False)
    _end: float = field(default=inf, init=False)

    def __enter__(self) -> Self:
        """Start the event loop and the application.

        Raises:
            InvalidInputError: the application cannot start.

        """
        self._thread = threading.Thread(target=self._loop.run_forever, name="application", daemon=True)
        self._thread.start()
        try:
            self._lifespan = self._submit(_made(self.application)).result()
            self._submit(self._lifespan.start()).result()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """End the application and the event loop; one that blocks its loop is left alone."""
        ending = self._submit(self._lifespan.end())
        try:
            ending.result(_END)
        except TimeoutError:
            return
        self._stop()

    @property
    def endpoint(self) -> str:
        """The URL that orders would be sent to."""
        return f"{self.url}{self.path}"

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request once."""
        if connection == "new":
            connection = f"new-{len(self._ports)}"
        port = self._ports.setdefault(connection, _FIRST_PORT + len(self._ports) % (65536 - _FIRST_PORT))
        seconds = min(self.retry_policy.timeout, max(self._end - time.monotonic(), _LEAST_TIMEOUT))
        call = _Call(self.application, self._scope(request, port), request.body, self.retry_policy.largest)
        future = self._submit(call.perform())
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            return Failure("timeout", f"no complete response within {self.retry_policy.timeout:g} s")

    def end_after(self, seconds: float) -> None:
        """Let no request last longer than a number of seconds from now."""
        self._end = time.monotonic() + seconds

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers of a request as they are sent."""
        return request_headers(self.user_agent, request)

    def _scope(self, request: Request, port: int) -> Message:
        headers = {"Host": f"{_HOST}:{_PORT}", **self.headers(request), "Content-Length": str(len(request.body))}
        path = f"{self.path}/{request.item}" if request.item else self.path
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (name.lower().encode(), value.strip(" \t").encode("latin-1")) for name, value in headers.items()
            ],
            "client": (_HOST, port),
            "server": (_HOST, _PORT),
            "state": dict(self._lifespan.state),
            "extensions": {},
        }

    def _submit(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_END)
        if not self._thread.is_alive():
            self._loop.close()


async def _made(application: Application) -> Lifespan:
    return Lifespan(application)


class _Call:
    """One request and what the application sends for it."""

    def __init__(self, application: Application, scope: Message, body: bytes, largest: int) -> None:
        self._application, self._scope, self._largest = application, scope, largest
        self._requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._complete = asyncio.Event()
        self._start: Message | None = None
        self._body = bytearray()

    async def perform(self) -> Response | Failure:
        """Return the response, or that which a server sends when the application fails."""
        task = asyncio.ensure_future(self._application(self._scope, self._receive, self._send))
        complete = asyncio.ensure_future(self._complete.wait())
        try:
            # What the application does after its response, others need not wait for.
            await asyncio.wait([task, complete], return_when=asyncio.FIRST_COMPLETED)
        finally:
            complete.cancel()
            if not self._complete.is_set():
                task.cancel()
            task.add_done_callback(_forgotten)
        if self._complete.is_set():
            return self._response()
        return self._failed(task)

    async def _receive(self) -> Message:
        if self._requests:
            return self._requests.pop()
        await self._complete.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._start is None:
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None and not self._complete.is_set():
            if len(self._body) <= self._largest:
                self._body += message.get("body", b"")
            if not message.get("more_body", False):
                self._complete.set()
        elif not self._complete.is_set():
            text = f"{message['type']} is not expected here"
            raise RuntimeError(text)

    def _response(self) -> Response | Failure:
        assert self._start is not None  # noqa: S101 - a body comes after it
        status = int(self._start["status"])
        if len(self._body) > self._largest:
            return Failure(UNREAD, f"the body is longer than {self._largest} bytes", status)
        merged: dict[str, str] = {}
        for raw_name, raw_value in self._start.get("headers", ()):
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            merged[name] = f"{merged[name]}, {value}" if name in merged else value
        return Response(status, merged, bytes(self._body))

    def _failed(self, task: asyncio.Future[None]) -> Response | Failure:
        error = None if task.cancelled() else task.exception()
        if self._start is None:
            # As servers respond to an error that the application does not handle.
            return Response(500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error")
        reason = type(error).__name__ if error else "it returned"
        return Failure("dropped", f"the application ended within its response ({reason})")


def _forgotten(task: asyncio.Future[None]) -> None:
    """Take an error of the application, which is no error of ours."""
    if not task.cancelled():
        task.exception()
