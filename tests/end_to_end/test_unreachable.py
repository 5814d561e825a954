"""Targets that cannot be reached, and URLs that lead to none: each is told in one line."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest

from orders_conformance.harness.client.http import HttpClient, check_url
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.errors import InvalidInputError, TargetUnavailableError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.mock.server import serving
from tests.support.mock_client import opened
from tests.support.runs import CONTRACT
from tests.support.servers import Answer, Seen, Server, http, listening, unused_url
from tests.support.tools import do_without

ORDER = Request(b"{}", "application/json", "Basic a2V5OnRva2Vu")


def created(_seen: Seen) -> Answer:
    return http(201, b"{}", "Content-Type: application/json")


def refused(url: str) -> str:
    connections = HttpClient(url, "/v2.1/orders", RetryPolicy(), "agent/1")
    failure = connections(ORDER, "main")
    connections.close()
    assert isinstance(failure, Failure)
    assert (failure.kind, len(failure.detail.splitlines())) == ("refused", 1)
    return failure.detail


def unavailable(url: str) -> str:
    connections = HttpClient(url, "/v2.1/orders", RetryPolicy(), "agent/1")
    with pytest.raises(TargetUnavailableError) as told:
        connections(ORDER, "main")
    connections.close()
    assert len(str(told.value).splitlines()) == 1
    return str(told.value)


def test_a_refused_connection_is_told_as_one() -> None:
    with unused_url() as url:
        assert f"{url} refuses connections" in refused(url)


def test_a_host_that_is_unknown_is_told_as_one() -> None:
    assert "the host of http://orders.invalid cannot be found" in refused("http://orders.invalid")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate that nobody signed, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(path)]
    command += ["-out", "-", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        made = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - a fixed command
    except FileNotFoundError:
        do_without("not on PATH: openssl; install it to check TLS")
    path.write_bytes(path.read_bytes() + made.stdout)
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[Server]:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with listening(created, context) as server:
        yield server


def test_a_certificate_that_nobody_signed_is_a_target_that_is_not_there(tls_server: Server) -> None:
    assert f"TLS with {tls_server.url} failed" in unavailable(tls_server.url)
    assert tls_server.seen == []


def test_a_certificate_that_is_trusted_lets_requests_through(tls_server: Server, certificate: Path) -> None:
    connections = HttpClient(
        tls_server.url, "/v2.1/orders", RetryPolicy(), "agent/1", ConnectionOptions(ca_bundle=certificate)
    )
    response = connections(ORDER, "main")
    connections.close()
    assert isinstance(response, Response)
    assert response.status == 201


def test_a_server_without_tls_is_told_from_one_with_it() -> None:
    service = opened(CONTRACT)
    with serving(service) as url:
        secure = url.replace("http:", "https:")
        assert f"TLS with {secure} failed" in unavailable(secure)
    service.close()


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("https://api.example.com/", "https://api.example.com"),
        ("http://localhost:8080/base/", "http://localhost:8080/base"),
        ("http://localhost/@base", "http://localhost/@base"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("HTTPS://API.example.com", "HTTPS://API.example.com"),
        ("http://bücher.example", "http://bücher.example"),
        ("http://under_score.example.", "http://under_score.example."),
    ],
)
def test_a_base_url_is_taken_without_the_slash_at_its_end(url: str, base: str) -> None:
    assert check_url(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "nope",
        "api.example.com",
        "//api.example.com",
        "ftp://api.example.com",
        "http://",
        "http:///path",
        "http://:80",
        "http://a:0",
        "http://a:99999",
        "http://a:x",
        "http://[",
        "http://*",
        "http://a b",
        "http://a..b",
        f"http://{'a' * 64}.example",
        "http://a/?x=1",
        "http://a/#x",
    ],
)
def test_what_is_no_base_url_is_told_with_its_value_and_a_better_one(url: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        check_url(url)
    assert repr(url) in str(told.value)
    assert "https://api.example.com" in str(told.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://somebody:secret@a",
        "http://secret@a",
        "http://:secret@a",
        "http://somebody:secret@",
        "http://somebody:secret@a:99999",
        "http://somebody:sec/ret@a",
        "http://somebody:secret@[",
        "ftp://somebody:secret@a",
        "somebody:secret@a",
        "http://somebody:secret@a/?x=1",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidInputError, match="credentials in its URL: put them into the environment") as told:
        check_url(url)
    assert "sec" not in str(told.value)
