"""The commands that send a request again, run in a real shell against a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from orders_conformance.harness.client.in_process import InProcessTransport, embedded_service
from orders_conformance.harness.engine.curl import curl
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from orders_conformance.harness.messages.exchange import Exchange, Failure, Request, Response
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from tests.support.request_corpus import corpus
from tests.support.runs import CONTRACT, CREDENTIALS, ORACLE, created, exchange, full, minimal, request

PREFIX = "OCABC123"
ORDER = minimal(referenceId=f"{PREFIX}-1")
TEXT = json.dumps({**ORDER, "pointOfSale": "home"})
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in PREFIX)
SHELLS = [shell for name in ("dash", "bash", "busybox", "zsh") if (shell := shutil.which(name))]
CURL = shutil.which("curl")
needs_shell = pytest.mark.skipif(not SHELLS or not CURL, reason="needs a shell and curl")
STATUS = re.compile(r"HTTP/1\.1 (\d{3}) ")
WRONG_HEADERS = CREDENTIALS.near_headers()
CORPUS = [one for one in corpus(CONTRACT) if one.method == "POST" and not isinstance(one.body, dict)]
REQUESTS = {
    "minimal": request(ORDER),
    "full": request(full(referenceId=f"{PREFIX}-2")),
    "other letters": request({**ORDER, "paymentType": "Überweisung €", "cardType": "日本"}),
    "shell letters": request({**ORDER, "paymentType": "'; exit 9; echo \"$HOME `id` \\ \n$R"}),
    "at the beginning": request(b"@/dev/null"),
    "prefix twice": request({**ORDER, "paymentType": f"{PREFIX} {PREFIX}"}),
    "invalid": request({**ORDER, "price": "50"}),
    "empty": request(b""),
    "malformed": request(b"{]"),
    "not UTF-8": request(b'{"referenceId": "\xff"}'),
    "zero byte": request(b'{"referenceId": "\x00"}'),
    "zero byte in an order": request(TEXT.replace("home", "ho\0me").encode()),
    "not UTF-8 in an order": request(TEXT.encode().replace(b"home", b"ho\xffme")),
    "latin-1": request(TEXT.replace("home", "caf\xe9").encode("latin-1")),
    "UTF-16, little end first": request(TEXT.encode("utf-16-le")),
    "UTF-16, big end first, with a mark": request(b"\xfe\xff" + TEXT.encode("utf-16-be")),
    "UTF-32, little end first": request(TEXT.encode("utf-32-le")),
    "UTF-32, big end first": request(TEXT.encode("utf-32-be")),
    "byte order mark": request(b"\xef\xbb\xbf" + TEXT.encode()),
    "one letter of the reference escaped": request(TEXT.replace(PREFIX, "\\u004F" + PREFIX[1:]).encode()),
    "all letters of the reference escaped": request(TEXT.replace(PREFIX, ESCAPED).encode()),
    "reference in lower case": request(TEXT.replace(PREFIX, PREFIX.lower()).encode()),
    "reference twice": request(TEXT.replace("{", f'{{"referenceId":"{PREFIX}-0",', 1).encode()),
    "reference with a blank, a quote and a percent sign": request({**ORDER, "referenceId": f" {PREFIX}'-1 %d%s"}),
    "backslashes and percent signs after a zero byte": request(b"\0-%s%%\\n\\101'" + TEXT.encode()),
    "hyphen first": request(b"-n\0"),
    "form": request(f"referenceId={PREFIX}-1&price=50".encode(), content_type="application/x-www-form-urlencoded"),
    "escaped form": request(b"referenceId=%4fC" + PREFIX[2:].encode() + b"-1&price=50"),
    "line breaks": request(json.dumps(ORDER, indent=2).replace("\n", "\r\n").encode()),
    "text at the end": request(TEXT.encode() + b"\n\n x"),
    "longer than an argument": request({**ORDER, "pointOfSale": "ä" * 140_000}),
    "no media type": request(ORDER, content_type=None),
    "other media type": request(ORDER, content_type="text/plain"),
    "media type with a parameter": request(ORDER, content_type="multipart/form-data; boundary=b"),
    **{f"credentials {name}": request(ORDER, name) for name in CREDENTIALS.variants()},
    **{
        f"header {name}": Request(request(ORDER).body, "application/json", WRONG_HEADERS[name])
        for name in WRONG_HEADERS
    },
}


@pytest.fixture
def url() -> Iterator[str]:
    service = embedded_service(CONTRACT, CREDENTIALS)
    with serving(service) as base:
        yield f"{base}{CONTRACT.path}"
    service.close()


def command(url: str, requests: Sequence[Request], prefix: str = PREFIX) -> str:
    """Write the command that sends requests."""
    return of_exchanges(url, [exchange(one, created(ORDER)) for one in requests], prefix)


def of_exchanges(url: str, exchanges: Sequence[Exchange], prefix: str = PREFIX, pause: float = 0.0) -> str:
    """Write the command that sends exchanges again."""
    return curl(url, exchanges, CREDENTIALS, ORACLE.credentials.variant, prefix, pause)


def _shell(path: str) -> list[str]:
    return [path, "sh"] if path.endswith("busybox") else [path]


def output(line: str, shell: str = SHELLS[0] if SHELLS else "") -> str:
    """Run a command in a shell that has the credentials; return what it prints."""
    environment = {**os.environ, KEY_VARIABLE: CREDENTIALS.client_key, TOKEN_VARIABLE: CREDENTIALS.api_token}
    done = subprocess.run(  # noqa: S603 - the command is what is tested
        _shell(shell), input=line.encode(), env=environment, capture_output=True, timeout=30, check=True
    )
    return done.stdout.decode(errors="replace")


def statuses(line: str) -> list[int]:
    """Run a command in a shell; return the status of each response."""
    return [int(status) for status in STATUS.findall(output(line))]


def expected(requests: Sequence[Request]) -> list[int]:
    """Send requests to a new server in this process; return the status of each response."""
    service = embedded_service(CONTRACT, CREDENTIALS)
    answers = [InProcessTransport(service, CONTRACT.path)(one, "main") for one in requests]
    service.close()
    return [answer.status for answer in answers if isinstance(answer, Response)]


@needs_shell
@pytest.mark.parametrize("name", REQUESTS)
def test_a_command_gets_the_status_that_the_exchange_got_as_often_as_it_is_used(name: str, url: str) -> None:
    sent = [REQUESTS[name]]
    line = command(url, sent)
    assert [statuses(line) for _ in range(2)] == [expected(sent)] * 2


@needs_shell
@pytest.mark.parametrize("number", range(len(CORPUS)))
def test_a_command_for_any_body_of_the_corpus_gets_the_status_that_the_exchange_got(number: int, url: str) -> None:
    sent = [request(CORPUS[number].body, content_type=CORPUS[number].media_type)]
    line = command(url, sent, "AB-C")
    assert [statuses(line) for _ in range(2)] == [expected(sent)] * 2


@needs_shell
@pytest.mark.parametrize("name", REQUESTS)
def test_a_command_sends_the_body_but_for_a_fresh_reference(name: str) -> None:
    with recording() as (base, service):
        for shell in SHELLS:
            output(command(base, [REQUESTS[name]]), shell)
    body = REQUESTS[name].body
    assert len(service.bodies) == len(SHELLS)
    for received in service.bodies:
        assert len(received) in _lengths(body)
        assert _without_references(received) == _without_references(body)
        assert (received == body) == (_without_references(body) == body.replace(b"\0", b""))


def _lengths(body: bytes) -> set[int]:
    """Return the lengths that a body may have when its escaped references are written plainly."""
    escaped = ESCAPED.encode()
    return {len(body), len(body.replace(escaped, escaped[: -6 * 6] + b"x" * 6))}


def _without_references(body: bytes) -> bytes:
    """Return a body without zero bytes, and without the references of runs and of commands."""
    escaped = rb"\\u004f\\u0043(?:(?:\\u[0-9a-f]{4}){6}|[0-9a-f]{6})"
    plain = rb"(?:O|%4f|\\u004f)C[0-9a-f]{6}"
    return re.sub(rb"(?i)" + escaped + b"|" + plain, b"", body.replace(b"\0", b""))


@needs_shell
def test_a_command_for_several_requests_sends_them_in_turn(url: str) -> None:
    sent = [request(ORDER), request(ORDER), request({**ORDER, "price": "50"}), request(ORDER, "none")]
    assert statuses(command(url, sent)) == expected(sent) == [201, 409, 400, 401]


@needs_shell
def test_the_orders_of_a_command_do_not_conflict_with_those_of_the_run(url: str) -> None:
    plainly = command(url, [request(ORDER)], "no such prefix")
    assert statuses(plainly) == [201]
    assert statuses(command(url, [request(ORDER)])) == [201]


@needs_shell
def test_requests_on_one_connection_are_sent_on_one_and_others_on_another() -> None:
    connections = ["main", "main", "other", "main"]
    with recording() as (base, service):
        output(of_exchanges(base, [exchange(request(ORDER), created(ORDER), connection=one) for one in connections]))
    first, second, third, fourth = service.connections
    assert first == second
    assert len({second, third, fourth}) == 3


@needs_shell
def test_requests_that_were_sent_at_once_are_sent_at_once(url: str) -> None:
    racers = [exchange(request(ORDER), created(ORDER), connection=f"racer-{one}", group="g1") for one in range(3)]
    line = of_exchanges(url, racers)
    assert sorted(statuses(line)) == [201, 409, 409]
    assert line.count(" & ") == 3


@needs_shell
def test_a_command_waits_before_the_last_request_as_the_run_did(url: str) -> None:
    line = of_exchanges(url, [exchange(request(ORDER), created(ORDER)) for _ in range(2)], pause=0.2)
    assert "; sleep 1; " in line
    assert statuses(line) == [201, 409]


@pytest.mark.parametrize(("kind", "limited"), [("timeout", True), ("dropped", False)])
def test_a_command_for_a_request_without_a_response_does_not_wait_for_ever(kind: str, limited: bool) -> None:  # noqa: FBT001 - a parameter of the test
    line = of_exchanges("http://127.0.0.1", [exchange(request(ORDER), Failure(kind, ""))])
    assert (" -m 30 " in line) is limited


class Records(Service):
    """Records the Authorization header, the body and the connection of each request."""

    def set_up(self) -> None:
        self.recorded: list[str | None] = []
        self.bodies: list[bytes] = []
        self.connections: list[str] = []

    def handle(self, request: ServerRequest) -> ServerResponse:
        self.recorded.append(request.header("Authorization"))
        self.bodies.append(request.body)
        self.connections.append(request.connection)
        return super().handle(request)


@contextmanager
def recording() -> Iterator[tuple[str, Records]]:
    """Serve a server that records what it receives."""
    service = Records(CONTRACT, client_key=CREDENTIALS.client_key, api_token=CREDENTIALS.api_token)
    with serving(service) as base:
        yield f"{base}{CONTRACT.path}", service
    service.close()


@needs_shell
def test_a_command_sends_the_credentials_that_the_exchange_had() -> None:
    sent = [one for name, one in REQUESTS.items() if name.startswith(("credentials ", "header "))]
    with recording() as (base, service):
        output(command(base, sent))
    # A command for another key, or for another token, makes a header of its own.
    general = {CREDENTIALS.header("wrong-user"), WRONG_HEADERS["another token"]}
    made = [
        header if one.authorization in general else one.authorization
        for header, one in zip(service.recorded, sent, strict=True)
    ]
    assert service.recorded == made
    variants = [
        ORACLE.credentials.variant(replace(one, authorization=header)) for header, one in zip(made, sent, strict=True)
    ]
    assert variants == [ORACLE.credentials.variant(one) for one in sent]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_command_has_no_secret(name: str) -> None:
    line = command("http://127.0.0.1", [REQUESTS[name]])
    assert not [secret for secret in Redactor(CREDENTIALS).secrets if secret in line]


def test_every_variant_of_the_credentials_has_a_command() -> None:
    described = CONTRACT.extension.credentials
    assert {*described.right, *described.wrong} == set(CREDENTIALS.variants())
