"""An application starts before the first request and ends after the last one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from orders_conformance.harness.client.application.client import ApplicationClient
from orders_conformance.harness.client.application.loading import Application, Receive, Send
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.messages.exchange import Request, Response


def opened(application: Application, start_within: float = 60.0) -> ApplicationClient:
    return ApplicationClient(application, "/orders", RetryPolicy(), "suite/1", start_within=start_within)


def ready_after(start: Callable[[Any, Send], Awaitable[None]]) -> Application:
    """Return an application that responds with 204, and does something else at its start."""

    async def application(scope: Any, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await start(scope, send)
            return
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    return application


def test_it_starts_and_ends_and_its_state_is_in_each_request() -> None:
    told: list[Any] = []

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told.append(scope["state"])
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})
            return
        for name in ("startup", "shutdown"):
            assert await receive() == {"type": f"lifespan.{name}"}
            told.append(name)
            scope["state"]["database"] = "open"
            await send({"type": f"lifespan.{name}.complete"})

    with opened(application) as client:
        assert client(Request(b"", None, None), "main") == Response(204, {}, b"")
    assert told == ["startup", {"database": "open"}, "shutdown"]


def test_an_application_that_cannot_start_is_refused() -> None:
    async def application(_scope: Any, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "Traceback...\nOSError: no database"})

    with (
        pytest.raises(InvalidInputError, match=r"failed to start \(no database\): start it alone"),
        opened(application),
    ):
        pytest.fail("it did not start")


@pytest.mark.parametrize(
    "error", [KeyError("lifespan"), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError()]
)
def test_an_application_without_a_lifespan_is_started_already(error: BaseException) -> None:
    async def start(_scope: Any, _send: Send) -> None:
        raise error

    with opened(ready_after(start)) as client:
        assert isinstance(client(Request(b"", None, None), "main"), Response)


@pytest.mark.parametrize("message", ["text", {}, {"type": "lifespan.started"}, {"type": ["lifespan"]}], ids=repr)
def test_an_application_that_says_what_no_lifespan_says_knows_none(message: Any) -> None:
    async def start(_scope: Any, send: Send) -> None:
        await send(message)

    with opened(ready_after(start)) as client:
        assert isinstance(client(Request(b"", None, None), "main"), Response)


def test_a_reason_of_any_length_is_told_in_a_short_line() -> None:
    async def start(_scope: Any, send: Send) -> None:
        await send({"type": "lifespan.startup.failed", "message": "why\n" * 10_000})

    with pytest.raises(InvalidInputError) as raised, opened(ready_after(start)):
        pytest.fail("it did not start")
    assert len(str(raised.value)) < 600
    assert "\n" not in str(raised.value)


def test_an_application_that_waits_at_its_start_is_refused() -> None:
    async def start(_scope: Any, _send: Send) -> None:
        await asyncio.Event().wait()

    with pytest.raises(InvalidInputError, match=r"did not start within 0\.05 s"), opened(ready_after(start), 0.05):
        pytest.fail("it did not start")


def test_an_application_that_blocks_its_thread_at_its_start_is_refused() -> None:
    over = threading.Event()

    async def start(_scope: Any, _send: Send) -> None:
        over.wait()

    with pytest.raises(InvalidInputError, match=r"did not start within 0\.05 s"), opened(ready_after(start), 0.05):
        pytest.fail("it did not start")
    over.set()
    for thread in threading.enumerate():
        if thread.name == "application":
            thread.join()
