"""An application starts before the first request and ends after the last one."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.harness.client.application.client import ApplicationClient
from orders_conformance.harness.client.application.loading import Application, Receive, Send
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.messages.exchange import Request, Response


def opened(application: Application) -> ApplicationClient:
    return ApplicationClient(application, "/orders", RetryPolicy(), "suite/1")


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


def test_an_application_without_a_lifespan_is_started_already() -> None:
    async def application(scope: Any, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise KeyError(scope["type"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    with opened(application) as client:
        assert isinstance(client(Request(b"", None, None), "main"), Response)
