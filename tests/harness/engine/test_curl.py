"""The commands that send a request again, run in a real shell against a real server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from orders_conformance.harness.client.in_process import InProcessTransport, embedded_service
from orders_conformance.harness.engine.curl import curl
from orders_conformance.harness.exchange import Request, Response
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from orders_conformance.harness.redaction import Redactor
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from tests.support.runs import CONTRACT, CREDENTIALS, ORACLE, full, minimal, request

PREFIX = "OCABC123"
ORDER = minimal(referenceId=f"{PREFIX}-1")
BASH, CURL = shutil.which("bash"), shutil.which("curl")
needs_shell = pytest.mark.skipif(not BASH or not CURL, reason="needs bash and curl")
STATUS = re.compile(r"HTTP/1\.1 (\d{3}) ")
WRONG_HEADERS = CREDENTIALS.near_headers()
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
    return curl(url, requests, CREDENTIALS, ORACLE.credentials.variant, prefix)


def output(line: str) -> str:
    """Run a command in a shell that has the credentials; return what it prints."""
    environment = {**os.environ, KEY_VARIABLE: CREDENTIALS.client_key, TOKEN_VARIABLE: CREDENTIALS.api_token}
    done = subprocess.run(  # noqa: S603 - the command is what is tested
        [str(BASH), "-c", line], env=environment, capture_output=True, timeout=30, check=True
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
def test_a_command_gets_the_status_that_the_exchange_got(name: str, url: str) -> None:
    sent = [REQUESTS[name]]
    assert statuses(command(url, sent)) == expected(sent)


@needs_shell
def test_a_command_for_several_requests_sends_them_in_turn(url: str) -> None:
    sent = [request(ORDER), request(ORDER), request({**ORDER, "price": "50"}), request(ORDER, "none")]
    assert statuses(command(url, sent)) == expected(sent) == [201, 409, 400, 401]


@needs_shell
def test_the_orders_of_a_command_do_not_conflict_with_those_of_the_run(url: str) -> None:
    plainly = command(url, [request(ORDER)], "no such prefix")
    assert statuses(plainly) == [201]
    assert statuses(command(url, [request(ORDER)])) == [201]


class RecordsHeaders(Service):
    """Records the Authorization header of each request."""

    def set_up(self) -> None:
        self.recorded: list[str | None] = []

    def handle(self, request: ServerRequest) -> ServerResponse:
        self.recorded.append(request.header("Authorization"))
        return super().handle(request)


@needs_shell
def test_a_command_sends_the_credentials_that_the_exchange_had() -> None:
    sent = [one for name, one in REQUESTS.items() if name.startswith(("credentials ", "header "))]
    service = RecordsHeaders(CONTRACT, client_key=CREDENTIALS.client_key, api_token=CREDENTIALS.api_token)
    with serving(service) as base:
        output(command(f"{base}{CONTRACT.path}", sent))
    service.close()
    # A command for a general variant makes a header of its own.
    made = [
        header if one.credentials in {"wrong-user", "wrong-password"} else one.authorization
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
