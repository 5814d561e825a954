"""The service on real HTTP, and how its variants send responses."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import requests

import orders_conformance.mock.server
from orders_conformance.mock import different, faulty
from orders_conformance.mock.messages import ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.mock.server import serve, serving
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from tests.support.mock_client import KEY, TOKEN, opened


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (KEY, TOKEN)
        yield session


def test_orders_are_created_and_kept_over_http(
    contract: Contract, session: requests.Session, order: dict[str, Any]
) -> None:
    with serving(opened(contract)) as url:
        created = session.post(url + contract.path, json=order)
        assert created.status_code == 201
        assert created.json()["href"].startswith(url)
        assert session.get(created.json()["href"]).json() == created.json()
        assert session.post(url + contract.path, json=order).status_code == 409


def test_each_response_has_the_date_at_which_it_is_sent(
    contract: Contract, session: requests.Session, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(["Wed, 01 May 2024 08:00:00 GMT", "Wed, 01 May 2024 08:00:09 GMT"])
    monkeypatch.setattr(orders_conformance.mock.server, "formatdate", lambda *, usegmt: next(times))  # noqa: ARG005 - its signature
    with serving(opened(contract)) as url:
        told = [session.post(url + contract.path, json=order).headers["Date"] for _ in range(2)]
    assert told == ["Wed, 01 May 2024 08:00:00 GMT", "Wed, 01 May 2024 08:00:09 GMT"]


def test_requests_are_handed_over_as_they_were_sent(contract: Contract, session: requests.Session) -> None:
    seen: list[ServerRequest] = []

    class Listening(Service):
        def handle(self, request: ServerRequest) -> ServerResponse:
            seen.append(request)
            return ServerResponse(418, (("X-Odd", "é"),), b"\xff")

    with serving(opened(contract, Listening)) as url:
        response = session.put(f"{url}/any%2Fpath?a=b%20c", data=b"\x00\xff", headers={"X-Given": "Value"})
    assert (response.status_code, response.content, response.headers["X-Odd"]) == (418, b"\xff", "é")
    assert (seen[0].method, seen[0].path, seen[0].body) == ("PUT", "/any%2Fpath?a=b%20c", b"\x00\xff")
    assert seen[0].header("x-given") == "Value"


def test_each_connection_has_a_name_of_its_own(contract: Contract) -> None:
    names: list[str] = []

    class Listening(Service):
        def handle(self, request: ServerRequest) -> ServerResponse:
            names.append(request.connection)
            return ServerResponse(200, (), b"")

    with serving(opened(contract, Listening)) as url:
        for _ in range(2):
            with requests.Session() as kept:
                kept.get(url)
                kept.get(url)
    assert names[0] == names[1] != names[2] == names[3]


def test_requests_are_handled_at_once(contract: Contract, session: requests.Session) -> None:
    met = threading.Barrier(3, timeout=5)

    class Meeting(Service):
        def handle(self, request: ServerRequest) -> ServerResponse:
            met.wait()
            return ServerResponse(200)

    with serving(opened(contract, Meeting)) as url, ThreadPoolExecutor(3) as pool:
        assert [response.status_code for response in pool.map(session.get, [url] * 3)] == [200] * 3


def test_a_server_ends_while_a_request_hangs(contract: Contract, session: requests.Session) -> None:
    with serving(opened(contract, _sending(WireBehaviour(hang=True)))) as url, pytest.raises(requests.ReadTimeout):
        session.get(url, timeout=0.05)


def test_a_port_that_is_taken_is_an_error(contract: Contract) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), serving(opened(contract), port=port):
            pytest.fail("the port was taken")
        with pytest.raises(OSError, match="in use"):
            serve(opened(contract), port=port)


def test_a_server_that_is_ended_completes_its_requests(contract: Contract, session: requests.Session) -> None:
    class Ending(Service):
        def handle(self, request: ServerRequest) -> ServerResponse:
            os.kill(os.getpid(), signal.SIGTERM)
            return ServerResponse(418, wire=WireBehaviour(delay=0.05))

    with ThreadPoolExecutor(1) as pool:
        sent: list[Future[requests.Response]] = []
        serve(opened(contract, Ending), ready=lambda url: sent.append(pool.submit(session.get, url, timeout=5)))
        assert sent[0].result().status_code == 418


def _sending(wire: WireBehaviour) -> type[Service]:
    class Sending(Service):
        def handle(self, request: ServerRequest) -> ServerResponse:
            return ServerResponse(200, (("Content-Type", "text/plain"),), b"0123456789" * 10, wire)

    return Sending


def _exchange(url: str) -> bytes:
    """Send a request, and return all that comes back until the server closes it."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return connection.makefile("rb").read()


@pytest.fixture(params=["before", "after"])
def dropping(request: pytest.FixtureRequest) -> type[Service]:
    return _sending(WireBehaviour(drop=request.param))


def test_connections_are_dropped(contract: Contract, session: requests.Session, dropping: type[Service]) -> None:
    with serving(opened(contract, dropping)) as url:
        for _ in range(2):
            with pytest.raises(requests.ConnectionError):
                session.get(url)


def test_bodies_are_chunked(contract: Contract, session: requests.Session) -> None:
    with serving(opened(contract, _sending(WireBehaviour(chunked=True)))) as url:
        response = session.get(url)
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in response.headers
    assert len(response.content) == 100


def test_connections_are_closed_after_the_response(contract: Contract) -> None:
    with serving(opened(contract, _sending(WireBehaviour(close=True)))) as url:
        answer = _exchange(url)
    assert b"connection: close" in answer
    assert answer.endswith(b"0123456789")


def test_bodies_break_off(contract: Contract, session: requests.Session) -> None:
    with serving(opened(contract, _sending(WireBehaviour(missing=7)))) as url:
        with session.get(url, stream=True) as response:
            assert response.headers["Content-Length"] == "107"
            assert response.raw.read(100, decode_content=False) == b"0123456789" * 10
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.get(url)


def test_interim_responses_come_before_the_response(contract: Contract) -> None:
    interim = ((102, ()), (103, (("Link", "</a>"),)), (199, ()))
    with serving(opened(contract, _sending(WireBehaviour(interim=interim, close=True)))) as url:
        answer = _exchange(url)
    before, _, response = answer.partition(b"HTTP/1.1 200 OK\r\n")
    assert (
        before == b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 199 \r\n\r\n"
    )
    assert response.endswith(b"0123456789")


def test_raw_bytes_are_sent_instead_of_the_response(contract: Contract) -> None:
    raw = b"HTTP/1.0 200\r\n\r\nodd"
    with serving(opened(contract, _sending(WireBehaviour(raw=raw)))) as url:
        assert _exchange(url) == raw


def test_a_date_of_the_service_is_the_only_one(contract: Contract, session: requests.Session) -> None:
    class Dated(Service):
        def handle(self, request: ServerRequest) -> ServerResponse:
            return ServerResponse(200, (("Date", "Wed, 01 May 2024 08:00:00 GMT"),))

    with serving(opened(contract, Dated)) as url:
        assert session.get(url).headers["Date"] == "Wed, 01 May 2024 08:00:00 GMT"


def test_connections_without_requests_are_closed_in_time(contract: Contract) -> None:
    class Impatient(Service):
        keep_alive = 0.01

    with serving(opened(contract, Impatient)) as url:
        assert b"connection: close" not in _exchange(url).lower()


def test_one_connection_is_served_until_it_is_closed(contract: Contract) -> None:
    class Single(Service):
        one_connection = True

    with serving(opened(contract, Single)) as url, requests.Session() as first, requests.Session() as second:
        first.get(url)
        with pytest.raises(requests.ReadTimeout):
            second.get(url, timeout=0.1)
        first.get(url)
        first.close()
        assert second.get(url, timeout=5).status_code == 404


def test_responses_are_delayed(contract: Contract, session: requests.Session) -> None:
    with serving(opened(contract, _sending(WireBehaviour(delay=0.2)))) as url:
        assert session.get(url).elapsed.total_seconds() >= 0.2


def test_bodies_are_compressed(contract: Contract, session: requests.Session, order: dict[str, Any]) -> None:
    with serving(opened(contract, different.CATALOGUE["compressed"])) as url:
        response = session.post(url + contract.path, json=order)
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.json()["referenceId"] == order["referenceId"]


@pytest.mark.parametrize("name", ["checks-before-it-acts", "lets-racers-share"])
def test_races_are_real(contract: Contract, session: requests.Session, order: dict[str, Any], name: str) -> None:
    with serving(opened(contract, faulty.CATALOGUE[name])) as url, ThreadPoolExecutor(4) as pool:

        def post(body: Mapping[str, Any]) -> int:
            return session.post(url + contract.path, json=body).status_code

        assert sorted(pool.map(post, [order] * 4)).count(201) > 1
        assert post(order) == 409
