"""How the client connects: hosts and paths as they are sent, the tunnels of proxies, TLS, and what each says if not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.network import Endpoint, encoded
from orders_conformance.harness.client.retry import RetryPolicy
from orders_conformance.harness.errors import InvalidInputError, TargetUnavailableError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from tests.chaos.certificates import Authority
from tests.support.servers import Answer, Seen, http, listening, unused_url

ORDER = Request(b'{"a": 1}', "application/json", "Basic a2V5OnRva2Vu", "create/any")
CONNECTED = b"HTTP/1.1 200 Connected\r\n\r\n"


def created(_seen: Seen) -> Answer:
    return http(201, b"{}")


def client(url: str, *, bundle: Path | None = None, proxy: str | None = None, timeout: float = 5.0) -> HttpClient:
    options = ConnectionOptions(ca_bundle=bundle, proxy=proxy)
    return HttpClient(url, "/v2.1/orders", RetryPolicy(timeout=timeout), "agent/1", options)


@dataclass
class Proxy:
    """A proxy that answers each CONNECT with the same bytes, and then leads to the target."""

    answer: bytes
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def attend(self, connection: socket.socket) -> None:
        """Make a tunnel for one connection."""
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(1)
            self.asked.append(head.decode().partition("\r\n")[0])
            connection.sendall(self.answer)
            if not self.answer.startswith(b"HTTP/1.1 2"):
                connection.recv(1)
                return
            host, _, port = head.split()[1].decode().rpartition(":")
            with socket.create_connection((host, int(port))) as target:
                back = threading.Thread(target=_copy, args=(target, connection))
                back.start()
                _copy(connection, target)
                back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def proxying(answer: bytes = CONNECTED, tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    proxy, threads = Proxy(answer), list[threading.Thread]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy.url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection = listener.accept()[0]
                    if tls is not None:
                        connection = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                    threads.append(threading.Thread(target=proxy.attend, args=(connection,), daemon=True))
                    threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.created()


@pytest.fixture(scope="module")
def bundle(authority: Authority, folder: Path) -> Path:
    return authority.bundle(folder)


@pytest.fixture(scope="module")
def tls(authority: Authority, folder: Path) -> ssl.SSLContext:
    return authority.context("good", folder)


def test_a_request_has_its_headers_in_this_order_and_no_others() -> None:
    with listening(created) as server, client(server.url) as connections:
        connections(ORDER, "main")
    assert list(server.seen[0].headers) == [
        ("host", server.url.removeprefix("http://")),
        ("accept-encoding", "identity"),
        ("user-agent", "agent/1 (create/any)"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("authorization", "Basic a2V5OnRva2Vu"),
        ("content-length", "8"),
    ]


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("http://a.example", "a.example", ""),
        ("http://A.Example:80/Base", "a.example", "/Base"),
        ("https://a.example:443", "a.example", ""),
        ("https://a.example:80", "a.example:80", ""),
        ("http://a.example:443", "a.example:443", ""),
        ("http://[::1]", "[::1]", ""),
        ("http://[::1]:8080", "[::1]:8080", ""),
        ("http://[fe80::1%25eth0]:8080", "[fe80::1]:8080", ""),
        ("http://b\xfccher.example", "xn--bcher-kva.example", ""),
        ("http://stra\xdfe.example", "xn--strae-oqa.example", ""),
        ("http://a.example/b\xe4se/a b", "a.example", "/b%C3%A4se/a%20b"),
        ("http://a.example/a%20b/100%", "a.example", "/a%20b/100%25"),
    ],
)
def test_a_url_is_sent_as_host_and_path(url: str, host: str, path: str) -> None:
    endpoint = Endpoint.of(url)
    assert (endpoint.host_header, endpoint.path) == (host, path)


def test_an_item_is_sent_as_one_segment_of_the_path() -> None:
    with listening(created) as server, client(server.url) as connections:
        connections(Request(b"", None, None, method="DELETE", item="a~b c\xfc"), "main")
    assert server.seen[0].line == "DELETE /v2.1/orders/a~b%20c%C3%BC HTTP/1.1"


@pytest.mark.parametrize("path", ["/a-b._~!$&'()*+,;=:@", "/%41%2f"])
def test_what_a_path_may_have_stays_as_it_is(path: str) -> None:
    assert encoded(path) == path


def test_a_request_without_a_body_has_a_length_only_where_its_method_means_one() -> None:
    with listening(created) as server, client(server.url) as connections:
        for method in ("POST", "DELETE", "GET"):
            connections(Request(b"", None, None, method=method), "main")
    assert [seen.header("content-length") for seen in server.seen] == ["0", "0", None]


def test_an_ipv6_address_is_a_host() -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with listener:

        def attend() -> None:
            with listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(http(201, b"{}").content)

        thread = threading.Thread(target=attend)
        thread.start()
        with client(f"http://[::1]:{listener.getsockname()[1]}") as connections:
            assert isinstance(connections(ORDER, "main"), Response)
        thread.join()


@pytest.mark.parametrize("end", ["close", "unwrap"])
def test_a_connection_that_ends_within_a_request_over_tls_is_no_failure_of_tls(
    tls: ssl.SSLContext, bundle: Path, end: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def attend() -> None:
            with suppress(OSError), tls.wrap_socket(listener.accept()[0], server_side=True) as connection:
                connection.recv(1000)
                if end == "unwrap":
                    connection.unwrap()

        thread = threading.Thread(target=attend)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with client(url, bundle=bundle) as connections:
            failure = connections(Request(b"x" * 30_000_000, None, None), "main")
        thread.join()
    assert isinstance(failure, Failure)
    assert failure.kind == "dropped"


def test_a_response_before_the_end_of_a_request_over_tls_is_read(tls: ssl.SSLContext, bundle: Path) -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def attend() -> None:
            with suppress(OSError), tls.wrap_socket(listener.accept()[0], server_side=True) as connection:
                connection.recv(1000)
                connection.sendall(http(413, b"{}", "Connection: close").content)
                over.wait()

        thread = threading.Thread(target=attend)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with client(url, bundle=bundle, timeout=20.0) as connections:
            response = connections(Request(b"x" * 30_000_000, None, None), "main")
            over.set()
        thread.join()
    assert isinstance(response, Response)
    assert response.status == 413


def test_a_target_with_tls_keeps_its_connection(tls: ssl.SSLContext, bundle: Path) -> None:
    with listening(created, tls) as server, client(server.url, bundle=bundle) as connections:
        responses = [connections(ORDER, name) for name in ("main", "main", "new", "main")]
    assert all(isinstance(one, Response) for one in responses)
    assert [seen.connection for seen in server.seen] == [1, 1, 2, 1]


@pytest.mark.parametrize("proxy_has_tls", [False, True])
def test_a_target_with_tls_is_reached_through_the_tunnel_of_a_proxy(
    tls: ssl.SSLContext,
    bundle: Path,
    proxy_has_tls: bool,  # noqa: FBT001 - a parameter
) -> None:
    large = Request(b"x" * 3_000_000, "application/json", None)
    with (
        listening(created, tls) as server,
        proxying(tls=tls if proxy_has_tls else None) as proxy,
        client(server.url, bundle=bundle, proxy=proxy.url) as connections,
    ):
        responses = [connections(request, "main") for request in (ORDER, large, ORDER)]
    assert [isinstance(one, Response) and one.status for one in responses] == [201] * 3
    assert proxy.asked == [f"CONNECT {server.url.removeprefix('https://')} HTTP/1.1"]
    assert [(seen.line, len(seen.body)) for seen in server.seen] == [
        ("POST /v2.1/orders HTTP/1.1", len(request.body)) for request in (ORDER, large, ORDER)
    ]


def test_a_target_without_tls_is_asked_for_at_a_proxy_with_tls(tls: ssl.SSLContext, bundle: Path) -> None:
    with listening(created, tls) as proxy, client("http://a.example", bundle=bundle, proxy=proxy.url) as connections:
        assert isinstance(connections(ORDER, "main"), Response)
    assert proxy.seen[0].line == "POST http://a.example/v2.1/orders HTTP/1.1"
    assert proxy.seen[0].header("host") == "a.example"


def test_the_credentials_of_the_target_are_not_sent_to_the_proxy_of_a_tunnel(tls: ssl.SSLContext, bundle: Path) -> None:
    heard = bytearray()

    class Listening(Proxy):
        def attend(self, connection: socket.socket) -> None:
            with connection, suppress(OSError):
                heard.extend(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

    proxy = Listening(b"")
    with socket.create_server(("127.0.0.1", 0)) as listener, listening(created, tls) as server:
        thread = threading.Thread(target=lambda: proxy.attend(listener.accept()[0]))
        thread.start()
        own = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with client(server.url, bundle=bundle, proxy=own) as connections:
            connections(ORDER, "main")
        thread.join()
    assert heard.startswith(b"CONNECT ")
    assert b"uthorization" not in heard


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "(status 403)"),
        (b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n", "(status 407)"),
        (b"HTTP/1.1 502 No\r\n\r\n", "(status 502)"),
        (b"this is not HTTP\r\n\r\n", "not valid HTTP/1.1"),
        (b"HTTP/1.1 5", "no response within 0.5 s"),
    ],
)
def test_a_proxy_that_makes_no_tunnel_is_told_as_one(
    tls: ssl.SSLContext, bundle: Path, answer: bytes, named: str
) -> None:
    with (
        listening(created, tls) as server,
        proxying(answer) as proxy,
        client(server.url, bundle=bundle, proxy=proxy.url, timeout=0.5) as connections,
    ):
        failure = connections(ORDER, "main")
    assert isinstance(failure, Failure)
    assert failure.kind == "refused"
    assert named in failure.detail
    assert failure.detail.startswith(f"the proxy {proxy.url} does not connect to {server.url} (")
    assert server.seen == []


def test_a_proxy_that_is_not_there_is_told_by_its_own_url() -> None:
    with unused_url() as proxy, client("http://a.example", proxy=proxy) as connections:
        failure = connections(ORDER, "main")
    assert failure == Failure(
        "refused", f"the proxy {proxy} refuses connections: start the proxy, or check host and port"
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("expired", "certificate not trusted: certificate has expired"),
        ("self-signed", "certificate not trusted: self-signed certificate"),
        ("another name", "not valid for '127.0.0.1'"),
    ],
)
def test_a_certificate_is_told_by_what_is_wrong_with_it(
    authority: Authority, bundle: Path, tmp_path: Path, kind: str, reason: str
) -> None:
    with (
        listening(created, authority.context(kind, tmp_path)) as server,
        client(server.url, bundle=bundle) as connections,
        pytest.raises(TargetUnavailableError) as told,
    ):
        connections(ORDER, "main")
    assert reason in str(told.value)
    assert "_" not in str(told.value)
    assert server.seen == []


def test_a_server_without_tls_is_told_as_one(bundle: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def attend() -> None:
            with listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=attend)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with client(url, bundle=bundle) as connections, pytest.raises(TargetUnavailableError) as told:
            connections(ORDER, "main")
        thread.join()
    assert str(told.value).startswith(f"TLS with {url} failed (no TLS is spoken there): ")


@pytest.mark.parametrize("then", ["close", "hang"])
def test_a_target_that_sets_up_no_tls_has_received_nothing(bundle: Path, then: str) -> None:
    stopping = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def attend() -> None:
            with listener.accept()[0]:
                if then == "hang":
                    stopping.wait()

        thread = threading.Thread(target=attend)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with client(url, bundle=bundle, timeout=0.3) as connections:
            failure = connections(ORDER, "main")
        stopping.set()
        thread.join()
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.detail.startswith(url)) == ("refused", True)


def test_a_bundle_without_certificates_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    with pytest.raises(InvalidInputError, match="has no certificates"):
        client("https://a.example", bundle=empty)
