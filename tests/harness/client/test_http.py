"""The client over real connections: what is sent, what is not added, and invalid responses."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from tests.support.servers import Answer, Seen, Server, http, listening

ORDER = Request(b'{"a": 1}', "application/json", "Basic a2V5OnRva2Vu")
SHORT = RetryPolicy(timeout=0.1)


def created(_seen: Seen) -> Answer:
    return http(201, b"{}", "Content-Type: application/json")


@contextmanager
def connected(url: str, retry_policy: RetryPolicy | None = None) -> Iterator[HttpClient]:
    connections = HttpClient(url, "/v2.1/orders", retry_policy or RetryPolicy(), "agent/1")
    try:
        yield connections
    finally:
        connections.close()


@contextmanager
def target(
    respond: Callable[[Seen], Answer], retry_policy: RetryPolicy | None = None
) -> Iterator[tuple[HttpClient, Server]]:
    with listening(respond) as server, connected(server.url, retry_policy) as connections:
        yield connections, server


def answered(respond: Callable[[Seen], Answer], retry_policy: RetryPolicy | None = None) -> Response | Failure:
    with target(respond, retry_policy) as (connections, _):
        return connections(ORDER, "main")


def test_each_name_has_one_connection_and_new_has_another_each_time() -> None:
    with target(created) as (connections, server):
        for name in ("main", "main", "other", "main", "new", "new", "other"):
            connections(ORDER, name)
    assert [seen.connection for seen in server.seen] == [1, 1, 2, 1, 3, 4, 2]


def test_a_connection_that_the_target_closed_is_opened_again() -> None:
    closing = "Connection: close"
    with target(lambda _seen: Answer(http(201, b"{}", closing).content, "close")) as (connections, server):
        responses = [connections(ORDER, "main") for _ in range(2)]
    assert [isinstance(response, Response) for response in responses] == [True, True]
    assert [seen.connection for seen in server.seen] == [1, 2]


@contextmanager
def single_threaded() -> Iterator[tuple[str, list[int]]]:
    """Serve one connection at a time, each until the client ends it; yields the URL and the requests of each."""
    served: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with listener.accept()[0] as connection:
                        served.append(0)
                        while connection.recv(65536):
                            served[-1] += 1
                            connection.sendall(http(201, b"{}").content)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", served
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_target_that_serves_one_connection_at_a_time_is_served_so() -> None:
    names = ("main", "main", "new", "main", "new", "other", "main")
    began = time.monotonic()
    with single_threaded() as (url, served), connected(url, RetryPolicy(timeout=0.5)) as connections:
        responses = [connections(ORDER, name) for name in names]
    assert all(isinstance(response, Response) for response in responses)
    assert sum(served) == len(names)
    # Only one request has to wait.
    assert time.monotonic() - began < 1.5


def test_requests_at_once_are_served_by_a_target_that_serves_one_connection_at_a_time() -> None:
    with single_threaded() as (url, _served), connected(url, RetryPolicy(timeout=0.5)) as connections:
        connections(ORDER, "main")
        connections(ORDER, "new")
        with ThreadPoolExecutor(4) as pool:
            responses = list(pool.map(lambda name: connections(ORDER, name), ("a", "b", "c", "d")))
    assert all(isinstance(response, Response) for response in responses)


def test_a_target_that_does_not_respond_is_waited_for_twice_only_once() -> None:
    def respond(seen: Seen) -> Answer:
        return created(seen) if seen.body == b"good" else Answer(b"", "hang")

    with target(respond, SHORT) as (connections, _server):
        elapsed = []
        for body in (b"good", b"bad", b"good", b"bad"):
            began = time.monotonic()
            outcome = connections(Request(body, None, None), "main" if body == b"good" else "new")
            elapsed.append(time.monotonic() - began)
            assert isinstance(outcome, Response) == (body == b"good")
    assert 2 * SHORT.timeout <= elapsed[1]
    assert elapsed[3] < 2 * SHORT.timeout


def test_a_request_on_a_kept_connection_is_waited_for_once() -> None:
    answers = iter([http(201, b"{}"), http(201, b"{}"), Answer(b"", "hang")])
    with target(lambda _seen: next(answers), SHORT) as (connections, _server):
        connections(ORDER, "other")
        connections(ORDER, "main")
        began = time.monotonic()
        failure = connections(ORDER, "main")
    assert isinstance(failure, Failure)
    assert time.monotonic() - began < 2 * SHORT.timeout


def test_body_and_headers_are_sent_as_they_are_and_nothing_is_added() -> None:
    odd = Request(b'\xff{"a":\r\n', "text/plain ; Charset=x", "bASIC  %%%")
    with target(created) as (connections, server):
        connections(odd, "main")
    seen = server.seen[0]
    assert seen.line == "POST /v2.1/orders HTTP/1.1"
    assert seen.body == odd.body
    given = {"content-type": odd.content_type, "authorization": odd.authorization, "user-agent": "agent/1"}
    assert given.items() <= dict(seen.headers).items()
    ours = {"host", "accept", "accept-encoding", "content-length", "connection"}
    assert {name for name, _ in seen.headers} <= {*given, *ours}


@pytest.mark.parametrize("body", [b"{}", b""])
def test_a_missing_header_stays_missing(body: bytes) -> None:
    with target(created) as (connections, server):
        connections(Request(body, None, None), "main")
    assert server.seen[0].header("content-type") is None
    assert server.seen[0].header("authorization") is None
    assert server.seen[0].header("content-length") == str(len(body))


def test_the_returned_headers_are_the_headers_that_are_sent() -> None:
    with target(created) as (connections, server):
        connections(ORDER, "main")
        told = connections.headers(ORDER)
    assert {name.lower(): value for name, value in told.items()}.items() <= dict(server.seen[0].headers).items()


def test_credentials_of_netrc_are_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with target(created) as (connections, server):
        connections(Request(b"{}", None, None), "main")
    assert server.seen[0].header("authorization") is None


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment_are_not_used(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with listening(created) as proxy, target(created) as (connections, server):
        monkeypatch.setenv(variable, proxy.url)
        connections(ORDER, "main")
    assert (len(server.seen), len(proxy.seen)) == (1, 0)


def test_a_proxy_of_the_options_is_used() -> None:
    with listening(created) as proxy:
        connections = HttpClient(
            "http://orders.invalid", "/v2.1/orders", RetryPolicy(), "agent/1", ConnectionOptions(proxy=proxy.url)
        )
        connections(ORDER, "main")
        connections.close()
    assert proxy.seen[0].line == "POST http://orders.invalid/v2.1/orders HTTP/1.1"


def test_cookies_are_not_sent_back() -> None:
    with target(lambda _seen: http(201, b"{}", "Set-Cookie: session=1; Path=/")) as (connections, server):
        for _ in range(2):
            connections(ORDER, "main")
    assert server.seen[1].header("cookie") is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/elsewhere", "http://[", "http://*/", "//", "\xff", "http://a:99999/"])
def test_redirects_are_responses_and_not_followed(status: int, location: str) -> None:
    with target(lambda _seen: http(status, b"moved", f"Location: {location}")) as (connections, server):
        response = connections(ORDER, "main")
    assert isinstance(response, Response)
    assert (response.status, response.body, len(server.seen)) == (status, b"moved", 1)


def test_a_response_has_lower_case_headers_and_joins_repeated_ones() -> None:
    response = answered(lambda _seen: http(201, b"{}", "X-One: a", "x-one: b", "Allow: POST"))
    assert isinstance(response, Response)
    assert (response.headers["x-one"], response.headers["allow"]) == ("a, b", "POST")


@pytest.mark.parametrize(
    "told",
    [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{}", b"HTTP/1.1 201 Created\r\n"],
    ids=["nothing", "half a body", "half a head"],
)
def test_a_response_that_is_not_received_is_a_timeout(told: bytes) -> None:
    failure = answered(lambda _seen: Answer(told, "hang"), SHORT)
    assert isinstance(failure, Failure)
    assert failure.kind == "timeout"
    assert failure.detail == f"no complete response within {SHORT.timeout:g} s"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", "close"),
        Answer(b"", "reset"),
        Answer(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{}", "close"),
        Answer(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}", "close"),
        Answer(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n", "close"),
        Answer(b"HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "close"),
        Answer(b"this is not HTTP\r\n\r\n", "close"),
        Answer(b"HTTP/1.1 201", "close"),
        Answer(b"HTTP/1.1 201 Created\r\nX: y\r\n", "close"),
        Answer(b"HTTP/1.1 6x1 Created\r\n\r\n", "close"),
        Answer(b"HTTP/1.1 201 Created\r\nContent-Length: 1, 2\r\n\r\n{}", "close"),
        Answer(b"HTTP/1.1 201 Created\r\nX: " + b"x" * 70_000, "close"),
    ],
    ids=[
        "closed",
        "reset",
        "short body",
        "short chunk",
        "no chunk",
        "not gzip",
        "not HTTP",
        "cut status line",
        "cut head",
        "no status",
        "two lengths",
        "cut header",
    ],
)
def test_a_response_that_is_cut_off_or_is_no_http_is_a_failure(answer: Answer) -> None:
    failure = answered(lambda _seen: answer)
    assert isinstance(failure, Failure)
    assert failure.kind in {"dropped", "protocol"}
    assert failure.detail
    assert "\n" not in failure.detail
    assert not failure.detail.startswith("(")


@pytest.mark.parametrize("size", [9, 10])
def test_a_body_within_the_limit_is_read(size: int) -> None:
    response = answered(lambda _seen: http(201, b"x" * size), RetryPolicy(largest=10))
    assert isinstance(response, Response)
    assert response.body == b"x" * size


def test_a_body_beyond_the_limit_is_a_failure_of_its_own() -> None:
    failure = answered(lambda _seen: http(201, b"x" * 11), RetryPolicy(largest=10))
    assert failure == Failure("unread", "a response of more than the 10 bytes that are read", 201)


def test_a_compressed_body_is_measured_where_it_is_unpacked() -> None:
    packed = gzip.compress(b"x" * 100_000)
    failure = answered(lambda _seen: http(201, packed, "Content-Encoding: gzip"), RetryPolicy(largest=1000))
    assert isinstance(failure, Failure)
    assert failure.kind == "unread"


@pytest.mark.parametrize("told", ["Content-Length: 2", "Transfer-Encoding: chunked"])
def test_a_response_longer_than_announced_is_a_failure(told: str) -> None:
    body = b"2\r\n{}\r\n0\r\n\r\n" if "chunked" in told else b"{}"
    answer = Answer(f"HTTP/1.1 201 Created\r\n{told}\r\n\r\n".encode() + body + b'"more"', "hang")
    failure = answered(lambda _seen: answer)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.detail) == ("protocol", "a response longer than its announced length")


def test_bytes_after_a_response_are_not_read_as_the_next_one() -> None:
    answers = iter([Answer(http(201, b"{}").content + b"HTTP/1.1 500 Wrong\r\n\r\n", "hang"), http(201, b"{}")])
    with target(lambda _seen: next(answers)) as (connections, _server):
        first, second = connections(ORDER, "main"), connections(ORDER, "main")
    assert isinstance(first, Failure)
    assert isinstance(second, Response)
    assert second.status == 201


@pytest.mark.parametrize("dripped", ["head", "body"])
def test_a_response_in_single_bytes_has_one_deadline_for_all_of_it(dripped: str) -> None:
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n"
    start = head + b"X: " if dripped == "head" else head + b"\r\n"
    answer = Answer(start, "drip")
    began = time.monotonic()
    failure = answered(lambda _seen: answer, RetryPolicy(timeout=0.3))
    assert isinstance(failure, Failure)
    assert failure.kind == "timeout"
    assert time.monotonic() - began < 2.0
