"""Requests to an application in this process."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from orders_conformance.harness.client.application.loading import Receive, Send
from orders_conformance.harness.messages.exchange import Failure, Response
from tests.support.applications import REQUEST, START, body, opened, sending, sent


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


def test_no_response_in_time_is_a_timeout() -> None:
    async def application(_scope: Any, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    response = sent(application, timeout=0.05)
    assert response == Failure("timeout", "no complete response within 0.05 s")


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
