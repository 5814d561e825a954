"""What becomes of what an application sends: pieces, content codings, errors, and messages that no server can send."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest

from orders_conformance.harness.client.application.loading import Receive, Send
from orders_conformance.harness.messages.exchange import UNREAD, Failure, Response
from tests.support.applications import REQUEST, START, body, opened, sending, sent

SERVER_ERROR = Response(500, {"content-type": "text/plain; charset=utf-8"}, b"Internal Server Error")


def test_a_response_has_its_pieces_and_its_headers_merged() -> None:
    response = sent(sending(START, body(b"a", more=True), body(b"b")))
    assert response == Response(418, {"x-a": "1, 2"}, b"ab")


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


def test_a_body_that_is_too_long_is_not_read() -> None:
    response = sent(sending(START, body(b"x" * 101)))
    assert isinstance(response, Failure)
    assert (response.kind, response.status) == ("unread", 418)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "x"},
        {"status": None},
        {"status": 99},
        {"status": 100},
        {"status": 1000},
        {"status": True},
        {"headers": None},
        {"headers": [("X-A", "text")]},
        {"headers": [(b"X-A",)]},
        {"headers": [(b"", b"1")]},
        {"headers": [(b"X A", b"1")]},
        {"headers": [(b"X-A", b"1\r\nX-B: 2")]},
        {"type": "http.response.body"},
        {"type": "websocket.send"},
    ],
    ids=repr,
)
def test_a_first_message_that_no_server_can_send_is_a_server_error(wrong: dict[str, Any]) -> None:
    assert sent(sending({**START, **wrong}, body(b"{}"))) == SERVER_ERROR


@pytest.mark.parametrize("message", [{}, {"type": START["type"]}, "text", None], ids=repr)
def test_a_message_without_its_parts_is_a_server_error(message: Any) -> None:
    assert sent(sending(message, body(b"{}"))) == SERVER_ERROR


@pytest.mark.parametrize("message", [START, {**body(b""), "body": "text"}, {**body(b""), "body": 3}], ids=repr)
def test_a_wrong_message_within_a_response_drops_it(message: dict[str, Any]) -> None:
    response = sent(sending(START, message))
    assert isinstance(response, Failure)
    assert (response.kind, response.status) == ("dropped", None)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError()])
def test_an_application_that_ends_the_process_is_a_server_error_each_time(error: BaseException) -> None:
    async def application(_scope: Any, _receive: Receive, _send: Send) -> None:
        raise error

    with opened(application) as client:
        assert [client(REQUEST, "main"), client(REQUEST, "main")] == [SERVER_ERROR, SERVER_ERROR]


def test_what_is_called_but_not_awaited_is_a_server_error() -> None:
    application: Any = lambda _scope, _receive, _send: None  # noqa: E731 - what a user may name
    with opened(application) as client:
        assert client(REQUEST, "main") == SERVER_ERROR


@pytest.mark.parametrize("start", [START, {**START, "status": 200, "headers": []}])
def test_a_body_without_an_end_is_given_up_and_others_are_served(start: dict[str, Any]) -> None:
    async def endless(scope: Any, _receive: Receive, send: Send) -> None:
        await send(start)
        while True:
            await send(body(b"x" * 40, more=scope["client"][1] % 2 == 0))

    with opened(endless) as client:
        found = [client(REQUEST, name) for name in ("first", "second")]
    first, second = found
    assert isinstance(first, Failure)
    assert (first.kind, first.status) == (UNREAD, start["status"])
    assert isinstance(second, Response)
    assert second.body == b"x" * 40


def test_headers_that_are_too_long_are_not_read() -> None:
    response = sent(sending({**START, "headers": [(b"x-a", b"y" * 1000)] * 300}, body(b"")))
    assert isinstance(response, Failure)
    assert (response.kind, response.status) == (UNREAD, None)


def test_a_body_in_a_content_coding_is_decoded() -> None:
    coded = {**START, "headers": [(b"content-encoding", b"gzip")]}
    response = sent(sending(coded, body(gzip.compress(b"{}"))))
    assert isinstance(response, Response)
    assert response.body == b"{}"
    cut = sent(sending(coded, body(gzip.compress(b"{}")[:-9])))
    assert isinstance(cut, Failure)
    assert cut.kind == "protocol"
    large = sent(sending(coded, body(gzip.compress(b"x" * 1000))))
    assert isinstance(large, Failure)
    assert (large.kind, large.status) == (UNREAD, START["status"])
    unknown = sent(sending({**START, "headers": [(b"content-encoding", b"br")]}, body(b"{}")))
    assert isinstance(unknown, Failure)
    assert (unknown.kind, unknown.detail) == (UNREAD, "a response in the content coding br")


def test_no_content_coding_is_asked_for() -> None:
    async def application(scope: Any, receive: Receive, send: Send) -> None:
        coding = dict(scope["headers"])[b"accept-encoding"]
        await sending(START, body(coding))(scope, receive, send)

    response = sent(application)
    assert isinstance(response, Response)
    assert response.body == b"identity"
