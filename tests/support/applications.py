"""ASGI applications that send what a test wants, and requests to them."""

from __future__ import annotations

from typing import Any

from orders_conformance.harness.client.application.client import ApplicationClient
from orders_conformance.harness.client.application.loading import Application, Receive, Send
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.messages.exchange import Failure, Request, Response

REQUEST = Request(b"\xff{}", "text/odd", "Basic x", "create/x", cookie="a=b")
START = {"type": "http.response.start", "status": 418, "headers": [(b"X-A", b"1"), (b"x-a", b"2")]}


def opened(application: Application, timeout: float = 5.0) -> ApplicationClient:
    return ApplicationClient(application, "/v2.1/orders", RetryPolicy(timeout=timeout, largest=100), "suite/1")


def sent(application: Application, timeout: float = 5.0) -> Response | Failure:
    """Send a request to an application that knows no lifespan."""

    async def without_lifespan(scope: Any, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await application(scope, receive, send)

    with opened(without_lifespan, timeout) as client:
        return client(REQUEST, "main")


def sending(*messages: dict[str, Any], error: BaseException | None = None) -> Application:
    async def application(_scope: Any, _receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        if error:
            raise error

    return application


def body(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}
