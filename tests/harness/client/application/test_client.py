"""Requests to an application in this process, and what becomes of its errors."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

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


def test_a_response_has_its_pieces_and_its_headers_merged() -> None:
    response = sent(sending(START, body(b"a", more=True), body(b"b")))
    assert response == Response(418, {"x-a": "1, 2"}, b"ab")


def test_the_application_gets_the_request_as_it_would_over_a_network() -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        seen.extend((scope, await receive()))
        await sending(START, body(b""))(scope, receive, send)

    sent(application)
    scope, message = seen
    assert (scope["method"], scope["path"], scope["raw_path"]) == ("POST", "/v2.1/orders", b"/v2.1/orders")
    headers = dict(scope["headers"])
    assert (headers[b"content-type"], headers[b"authorization"], headers[b"cookie"]) == (
        b"text/odd",
        b"Basic x",
        b"a=b",
    )
    assert (headers[b"content-length"], headers[b"user-agent"]) == (b"3", b"suite/1 (create/x)")
    assert message == {"type": "http.request", "body": b"\xff{}", "more_body": False}


def test_each_connection_name_is_another_client() -> None:
    ports: list[int] = []

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        ports.append(scope["client"][1])
        await sending(START, body(b""))(scope, receive, send)

    with opened(application) as client:
        for name in ("main", "main", "new", "new"):
            client(REQUEST, name)
    # The lifespan has no client.
    assert len(ports) == 4
    assert ports[0] == ports[1]
    assert len(set(ports)) == 3


def test_an_error_before_the_response_is_a_server_error() -> None:
    response = sent(sending(error=ValueError("odd")))
    assert isinstance(response, Response)
    assert (response.status, response.body) == (500, b"Internal Server Error")


def test_an_error_after_the_response_changes_nothing() -> None:
    response = sent(sending(START, body(b"whole"), error=ValueError("late")))
    assert isinstance(response, Response)
    assert response.body == b"whole"


@pytest.mark.parametrize("error", [None, ValueError("odd")])
def test_a_response_that_is_not_finished_is_dropped(error: BaseException | None) -> None:
    response = sent(sending(START, body(b"half", more=True), error=error))
    assert isinstance(response, Failure)
    assert response.kind == "dropped"


def test_no_response_in_time_is_a_timeout() -> None:
    async def application(_scope: Any, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    response = sent(application, timeout=0.05)
    assert response == Failure("timeout", "no complete response within 0.05 s")


def test_a_body_that_is_too_long_is_not_read() -> None:
    response = sent(sending(START, body(b"x" * 101)))
    assert isinstance(response, Failure)
    assert (response.kind, response.status) == ("unread", 418)


def test_requests_are_handled_at_once() -> None:
    met = 0
    everybody = asyncio.Event()

    async def application(scope: Any, receive: Receive, send: Send) -> None:
        nonlocal met
        met += 1
        if met == 3:
            everybody.set()
        await everybody.wait()
        await sending(START, body(b""))(scope, receive, send)

    async def without_lifespan(scope: Any, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await application(scope, receive, send)

    with opened(without_lifespan) as client, ThreadPoolExecutor(3) as pool:
        responses = list(pool.map(lambda name: client(replace(REQUEST), name), "abc"))
    assert all(isinstance(one, Response) for one in responses)
