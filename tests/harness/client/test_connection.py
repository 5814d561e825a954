"""Responses byte by byte: what is read, what is no valid HTTP, and what is valid and more than is read."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from tests.support.servers import Answer, http, listening

ORDER = Request(b'{"a": 1}', "application/json", "Basic a2V5OnRva2Vu")
CREATED = http(201, b"{}").content
HEAD = b"HTTP/1.1 201 Created\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LIMITS = RetryPolicy(timeout=2.0, largest=1000, largest_head=8000, most_interim=10)


def packed_gzip(data: bytes) -> bytes:
    """Pack bytes without the time, so that the name of a test is always the same."""
    return gzip.compress(data, mtime=0)


def client(url: str, policy: RetryPolicy = LIMITS) -> HttpClient:
    return HttpClient(url, "/v2.1/orders", policy, "agent/1")


def answered(answer: Answer | bytes, policy: RetryPolicy = LIMITS, request: Request = ORDER) -> Response | Failure:
    given = Answer(answer) if isinstance(answer, bytes) else answer
    with listening(lambda _seen: given) as server, client(server.url, policy) as connections:
        return connections(request, "main")


def read(answer: Answer | bytes, policy: RetryPolicy = LIMITS) -> Response:
    response = answered(answer, policy)
    assert isinstance(response, Response)
    return response


def failed(answer: Answer | bytes, policy: RetryPolicy = LIMITS) -> Failure:
    failure = answered(answer, policy)
    assert isinstance(failure, Failure)
    assert failure.detail
    assert len(failure.detail.splitlines()) == 1
    return failure


def interim(status: int, *fields: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Interim", *fields, "", ""]).encode()


@pytest.mark.parametrize("status", [100, 102, 103, 104, 110, 150, 199])
def test_an_interim_response_is_skipped(status: int) -> None:
    response = read(interim(status, "Link: </a>; rel=preload", "X-Interim: 1") + CREATED)
    assert (response.status, response.body, "x-interim" in response.headers) == (201, b"{}", False)


def test_several_interim_responses_of_different_kinds_are_skipped() -> None:
    response = read(interim(100) + interim(103, "Link: </a>") + interim(102) * 3 + CREATED)
    assert (response.status, response.body) == (201, b"{}")


def test_what_is_not_kept_of_a_response_can_be_searched_for_secrets() -> None:
    head = HEAD.replace(b"Created", b"Phrase") + b"Transfer-Encoding: chunked\r\n\r\n"
    response = read(interim(103, "X-Interim: early") + head + b"2\r\n{}\r\n0\r\nX-Trailer: late\r\n\r\n")
    assert response.rest.split(b"\n") == [b"Interim", b"x-interim", b"early", b"Phrase", b"x-trailer", b"late"]
    assert (set(response.headers), response.body) == ({"transfer-encoding"}, b"{}")


def test_interim_responses_are_skipped_on_every_request_of_a_connection() -> None:
    with listening(lambda _seen: Answer(interim(103) + CREATED)) as server, client(server.url) as connections:
        responses = [connections(ORDER, "main") for _ in range(3)]
    assert [isinstance(one, Response) and one.status for one in responses] == [201] * 3
    assert {seen.connection for seen in server.seen} == {1}


def test_as_many_interim_responses_as_the_limit_are_skipped_and_one_more_is_not() -> None:
    assert read(interim(102) * 10 + CREATED).status == 201
    failure = failed(interim(102) * 11 + CREATED)
    assert (failure.kind, failure.status) == ("unread", None)
    assert "more than the 10 interim responses" in failure.detail


def test_interim_responses_alone_are_a_timeout() -> None:
    assert failed(interim(102), RetryPolicy(timeout=0.2)).kind == "timeout"


def test_the_end_of_the_connection_after_an_interim_response_is_a_dropped_one() -> None:
    assert failed(Answer(interim(100), "close")).kind == "dropped"


def test_a_switch_to_a_protocol_that_was_not_asked_for_is_no_valid_response() -> None:
    failure = failed(interim(101, "Upgrade: other", "Connection: upgrade") + CREATED)
    assert (failure.kind, "101" in failure.detail) == ("protocol", True)


@pytest.mark.parametrize("number", [101, 300, 1000])
def test_many_header_fields_are_read(number: int) -> None:
    fields = "".join(f"X-{count}: {count}\r\n" for count in range(number))
    response = read(HEAD + fields.encode() + b"Content-Length: 2\r\n\r\n{}", RetryPolicy())
    assert len(response.headers) == number + 1


@pytest.mark.parametrize("size", [66_000, 102_400, 200_000])
def test_a_long_header_line_is_read(size: int) -> None:
    response = read(HEAD + b"X: " + b"y" * size + b"\r\nContent-Length: 2\r\n\r\n{}", RetryPolicy())
    assert len(response.headers["x"]) == size


def test_headers_of_the_limit_are_read_and_longer_ones_are_not() -> None:
    start, end = HEAD + b"X: ", b"\r\nContent-Length: 2\r\n\r\n"
    filled = b"y" * (LIMITS.largest_head - len(start) - len(end))
    assert read(start + filled + end + b"{}").status == 201
    failure = failed(start + filled + b"y" + end + b"{}")
    assert (failure.kind, failure.detail) == (
        "unread",
        "a response with headers of more than the 8000 bytes that are read",
    )


@pytest.mark.parametrize(
    "endless",
    [
        HEAD + b"X: " + b"y" * 300_000,
        HEAD + b"X: y\r\n" * 50_000,
        interim(103, "Link: " + "y" * 1000) * 9 + b"HTTP/1.1 103 Early\r\nX: " + b"y" * 9000,
    ],
    ids=["line", "fields", "interim fields"],
)
def test_headers_without_an_end_are_given_up_at_the_limit(endless: bytes) -> None:
    began = time.monotonic()
    assert failed(Answer(endless, "hang"), RetryPolicy(timeout=30.0, largest_head=8000)).kind == "unread"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 1001\r\n\r\n" + b"x" * 1001,
        b"Transfer-Encoding: chunked\r\n\r\n1f4\r\n" + b"x" * 500 + b"\r\n1f5\r\n" + b"x" * 501 + b"\r\n0\r\n\r\n",
        b"\r\n" + b"x" * 100_000,
        b"Content-Length: 999999999999\r\n\r\n" + b"x" * 5000,
    ],
    ids=["length", "chunks", "until the end", "huge length"],
)
def test_a_body_that_is_more_than_is_read_is_valid_http(body: bytes) -> None:
    assert failed(Answer(HEAD + body, "hang")) == Failure(
        "unread", "a response of more than the 1000 bytes that are read", 201
    )


def test_a_body_that_is_shorter_than_a_huge_length_is_cut_all_the_same() -> None:
    assert failed(Answer(HEAD + b"Content-Length: 999999999999\r\n\r\n{}", "close")).kind == "dropped"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, compress"])
def test_a_coding_that_is_not_decoded_is_valid_http(coding: str) -> None:
    failure = failed(http(400, b"{}", f"Content-Encoding: {coding}"))
    assert (failure.kind, failure.status) == ("unread", 400)
    assert f"content coding {coding.rpartition(' ')[2]}" in failure.detail


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("coding", "packed"), [("gzip", packed_gzip(b"{}")), ("deflate", zlib.compress(b"{}")), ("odd", b"{}")]
)
def test_a_body_in_a_coding_is_decoded(coding: str, packed: bytes, chunked: bool) -> None:  # noqa: FBT001 - a parameter
    answer = CHUNKED.replace(b"\r\n\r\n", f"\r\nContent-Encoding: {coding}\r\n\r\n".encode())
    answer += b"".join(b"1\r\n%c\r\n" % one for one in packed) + b"0\r\n\r\n"
    assert read(answer if chunked else http(201, packed, f"Content-Encoding: {coding}")).body == b"{}"


def test_a_body_that_is_cut_in_its_coding_is_no_valid_response() -> None:
    assert failed(http(201, packed_gzip(b"{}")[:-4], "Content-Encoding: gzip")).kind == "protocol"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 201\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 201 \r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 201 Angelegt \xfc\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (HEAD + b"content-length:2\r\n\r\n{}", b"{}"),
        (HEAD + b"Content-Length: \t 2 \t\r\n\r\n{}", b"{}"),
        (HEAD + b"Content-Length: 2, 2\r\n\r\n{}", b"{}"),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (HEAD + b"X: a\r\n b\r\n\tc\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 201 Created\nContent-Length: 2\n\n{}", b"{}"),
        (HEAD + b"Transfer-Encoding: CHUNKED\r\n\r\n002\r\n{}\r\n0\r\n\r\n", b"{}"),
        (CHUNKED + b'2;name=value;other="x"\r\n{}\r\n0\r\nX-Trailer: y\r\n\r\n', b"{}"),
        (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n00\r\n\r\n", b"{}"),
        (HEAD + b"Empty:\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (HEAD + b"Content-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 204 No\r\n\r\n", b""),
        (b"HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n", b""),
        (b"HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
    ],
)
def test_what_a_client_can_read_is_read(answer: bytes, body: bytes) -> None:
    assert read(answer).body == body


@pytest.mark.parametrize("start", [HEAD, b"HTTP/1.0 201 Created\r\n"])
def test_a_body_without_a_length_ends_with_the_connection(start: bytes) -> None:
    assert read(Answer(start + b"X: y\r\n\r\n{}", "close")).body == b"{}"


def test_a_folded_header_line_is_one_value() -> None:
    assert read(HEAD + b"X: a\r\n   b\r\nContent-Length: 2\r\n\r\n{}").headers["x"] == "a b"


def test_header_values_beyond_ascii_are_read_as_latin_1() -> None:
    assert read(HEAD + b"X: \xe9\xff\r\nContent-Length: 2\r\n\r\n{}").headers["x"] == "\xe9\xff"


def test_headers_have_the_order_in_which_they_came() -> None:
    response = read(HEAD + b"B: 1\r\nA: 2\r\nContent-Length: 2\r\nB: 3\r\nC: 4\r\n\r\n{}")
    assert list(response.headers.items()) == [("b", "1, 3"), ("a", "2"), ("content-length", "2"), ("c", "4")]


@pytest.mark.parametrize(
    "answer",
    [
        CREATED + b"more",
        CREATED + b"\r\n",
        CHUNKED + b"2\r\n{}\r\n0\r\n\r\nmore",
        b"HTTP/1.1 204 No\r\n\r\n{}",
        b"HTTP/1.1 304 No\r\n\r\n{}",
        HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}more",
        HEAD + b"Content-Length: 1, 2\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\n{}",
        HEAD + b"Content-Length: +2\r\n\r\n{}",
        HEAD + b"Content-Length: -2\r\n\r\n{}",
        HEAD + b"Content-Length: 2.0\r\n\r\n{}",
        HEAD + b"Content-Length: 0x2\r\n\r\n{}",
        HEAD + b"Content-Length:\r\n\r\n{}",
        HEAD + b"Content-Length: 2 2\r\n\r\n{}",
        HEAD + b"Content-Length: \xb2\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.0 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: other\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b" 2\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"2\r\n{}xx0\r\n\r\n",
        CHUNKED + b"2\r\n{}\r\n0\r\nno trailer\r\n\r\n",
        HEAD + b"X y: z\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"X : z\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b" X: z\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b": z\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"X\xe9: z\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"no colon\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"X: a\rb\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1  201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1\t201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 20 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 2010 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 099 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.x 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/2.0 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/2 201\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/0.9 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"http/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"ICY 200 OK\r\n\r\n",
        b"{}\r\n\r\n",
        b"<html>",
        b"\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"SSH-2.0-Server\r\n",
    ],
)
def test_what_is_no_valid_http_is_told_at_once(answer: bytes) -> None:
    began = time.monotonic()
    assert failed(answer, RetryPolicy(timeout=20.0)).kind == "protocol"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"H",
        b"HTTP/1.1 201",
        b"HTTP/1.1 201 Created\r\n",
        HEAD + b"X: y",
        HEAD + b"X: y\r\n",
        HEAD + b"Content-Length: 2\r\n\r\n",
        HEAD + b"Content-Length: 3\r\n\r\n{}",
        CHUNKED,
        CHUNKED + b"2",
        CHUNKED + b"2\r\n{",
        CHUNKED + b"2\r\n{}",
        CHUNKED + b"2\r\n{}\r\n",
        CHUNKED + b"2\r\n{}\r\n0\r\n",
        CHUNKED + b"2\r\n{}\r\n0\r\nX: y\r\n",
    ],
)
@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_response_that_the_end_of_the_connection_cuts_is_dropped(cut: bytes, end: str) -> None:
    failure = failed(Answer(cut, "close" if end == "close" else "reset"))
    assert failure.kind == "dropped"
    assert failure.detail.startswith("the connection ended")


def test_what_was_received_is_not_repeated_in_a_failure() -> None:
    secret = ORDER.authorization or ""
    for echoed in (f"{secret}\r\n\r\n", f"HTTP/1.1 201 Created\r\n{secret}\r\n\r\n", f"HTTP/1.1 {secret}\r\n\r\n"):
        assert secret not in failed(echoed.encode()).detail


def test_a_connection_of_http_1_0_is_not_used_again() -> None:
    answer = Answer(b"HTTP/1.0 201 Created\r\nContent-Length: 2\r\n\r\n{}")
    with listening(lambda _seen: answer) as server, client(server.url) as connections:
        for _ in range(2):
            assert isinstance(connections(ORDER, "main"), Response)
    assert [seen.connection for seen in server.seen] == [1, 2]


@pytest.mark.parametrize("policy", [RetryPolicy(timeout=0.4), RetryPolicy(timeout=0.4, largest=10**9)])
@pytest.mark.parametrize(
    "start", [interim(102) + b"HTTP/1.1 201 Created\r\nX: ", CHUNKED + b"ffff\r\n", HEAD + b"\r\n"]
)
def test_every_part_of_a_response_is_within_one_deadline(start: bytes, policy: RetryPolicy) -> None:
    began = time.monotonic()
    assert failed(Answer(start, "drip"), policy).kind == "timeout"
    assert time.monotonic() - began < 3


def test_a_response_in_single_bytes_is_read_within_the_deadline() -> None:
    whole = interim(103) + CHUNKED + b"2\r\n{}\r\n0\r\nX: y\r\n\r\n"

    def attend(connection: socket.socket) -> None:
        receive_request(connection)
        for one in whole:
            connection.sendall(bytes([one]))

    with attending(attend) as url, client(url) as connections:
        response = connections(ORDER, "main")
    assert isinstance(response, Response)
    assert response.body == b"{}"


LARGE = Request(b"x" * 30_000_000, "application/json", ORDER.authorization)
REFUSAL = http(413, b"{}", "Connection: close").content


@contextmanager
def attending(*attend: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection after another in a thread, each by what a test does with it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            for one in attend:
                with listener.accept()[0] as connection, suppress(OSError):
                    one(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def receive_request(connection: socket.socket) -> None:
    received = b""
    while ORDER.body not in received:
        received += connection.recv(65536)


def receive_all(connection: socket.socket) -> None:
    while connection.recv(65536):
        continue


def respond_and_close(connection: socket.socket) -> None:
    """Respond to the headers and close at once, so that the rest of the body resets the connection."""
    connection.recv(65536)
    connection.sendall(REFUSAL)


def respond_and_drain(connection: socket.socket) -> None:
    """Respond to the headers, and throw the body away."""
    connection.recv(65536)
    connection.sendall(REFUSAL)
    receive_all(connection)


@pytest.mark.parametrize("attend", [respond_and_close, respond_and_drain])
def test_a_response_before_the_end_of_the_request_is_read(attend: Callable[[socket.socket], None]) -> None:
    with attending(attend) as url, client(url, RetryPolicy(timeout=20.0)) as connections:
        response = connections(LARGE, "main")
    assert isinstance(response, Response)
    assert (response.status, response.body) == (413, b"{}")


def test_a_response_is_read_where_the_rest_of_the_request_is_not_taken() -> None:
    over = threading.Event()

    def attend(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(REFUSAL)
        over.wait()

    with attending(attend) as url, client(url, RetryPolicy(timeout=20.0)) as connections:
        response = connections(LARGE, "main")
        over.set()
    assert isinstance(response, Response)
    assert (response.status, response.body) == (413, b"{}")


def test_a_request_goes_on_after_an_interim_response() -> None:
    def attend(connection: socket.socket) -> None:
        received = len(connection.recv(65536))
        connection.sendall(interim(100) + interim(102))
        while received < len(LARGE.body):
            received += len(connection.recv(65536))
        connection.sendall(CREATED)
        receive_all(connection)

    with attending(attend) as url, client(url, RetryPolicy(timeout=20.0)) as connections:
        response = connections(LARGE, "main")
    assert isinstance(response, Response)
    assert response.status == 201


def test_a_request_that_is_not_taken_is_a_timeout() -> None:
    over = threading.Event()

    def attend(_connection: socket.socket) -> None:
        over.wait()

    with attending(attend) as url, client(url, RetryPolicy(timeout=0.3)) as connections:
        failure = connections(LARGE, "main")
        over.set()
    assert isinstance(failure, Failure)
    assert failure.kind == "timeout"


def test_a_connection_that_ends_within_the_request_is_dropped() -> None:
    def attend(connection: socket.socket) -> None:
        connection.recv(9)

    with attending(attend) as url, client(url) as connections:
        failure = connections(LARGE, "main")
    assert isinstance(failure, Failure)
    assert failure.kind == "dropped"


@pytest.mark.parametrize("late", [b"", b"more", b"HTTP/1.1 500 Wrong\r\nContent-Length: 0\r\n\r\n"])
def test_a_kept_connection_is_left_where_something_happened_since(late: bytes) -> None:
    """The target closes it, or sends bytes that would be read as the next response."""
    is_read, happened = threading.Event(), threading.Event()

    def respond(connection: socket.socket) -> None:
        receive_request(connection)
        connection.sendall(CREATED)

    def respond_and_go_on(connection: socket.socket) -> None:
        respond(connection)
        is_read.wait()
        connection.sendall(late)
        connection.shutdown(socket.SHUT_WR)
        happened.set()

    with attending(respond_and_go_on, respond) as url, client(url) as connections:
        first = connections(ORDER, "main")
        is_read.set()
        happened.wait()
        second = connections(ORDER, "main")
    assert [isinstance(one, Response) and one.status for one in (first, second)] == [201, 201]
