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

from orders_conformance.harness.client.application.call import Call
from orders_conformance.harness.client.application.lifespan import Lifespan, not_started
from orders_conformance.harness.client.application.loading import Application, Message
from orders_conformance.harness.client.http import request_headers
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.messages.exchange import Failure, Request, Response

_T = TypeVar("_T")
# Where the application would be served; nothing is sent there.
_HOST, _PORT = "127.0.0.1", 8000
# Ports of clients begin here, one for each connection name.
_FIRST_PORT = 49152
_LEAST_TIMEOUT = 0.001
_END = 15.0
# Seconds in which an event loop that nothing blocks has noticed that a time has passed.
_MARGIN = 1.0


@dataclass
class ApplicationClient:
    """Sends requests to an application, each in a task of one event loop in another thread.

    Attributes:
        application: the application.
        path: the path of the endpoint.
        retry_policy: the timeout, and the most that is read of a body.
        user_agent: the name of the suite.
        url: the base URL of links and of the commands in the report.
        start_within: the seconds that the application has to start.

    """

    application: Application
    path: str
    retry_policy: RetryPolicy
    user_agent: str
    url: str = f"http://{_HOST}:{_PORT}"
    start_within: float = 60.0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop, init=False)
    _ports: dict[str, int] = field(default_factory=dict, init=False)
    _end: float = field(default=inf, init=False)

    def __enter__(self) -> Self:
        """Start the event loop and the application.

        Raises:
            InvalidInputError: the application cannot start.

        """
        self._thread = threading.Thread(target=self._run, name="application", daemon=True)
        self._thread.start()
        try:
            self._lifespan = self._submit(_made(self.application)).result()
            starting = self._submit(self._lifespan.start(self.start_within))
            # An application that blocks the loop stops every clock in it.
            starting.result(self.start_within + _MARGIN)
        except TimeoutError:
            # Its thread is not waited for.
            self._ask_to_stop()
            raise not_started(self.start_within) from None
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
        call = Call(self.application, self._scope(request, port), request.body, self.retry_policy)
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
        headers = {
            "Host": f"{_HOST}:{_PORT}",
            "Accept-Encoding": "identity",
            **self.headers(request),
            "Content-Length": str(len(request.body)),
        }
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

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def _stop(self) -> None:
        self._ask_to_stop()
        self._thread.join(_END)

    def _ask_to_stop(self) -> None:
        # Of a task that does not end, asyncio would write a traceback.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._loop.call_soon_threadsafe(self._loop.stop)


async def _made(application: Application) -> Lifespan:
    return Lifespan(application)
