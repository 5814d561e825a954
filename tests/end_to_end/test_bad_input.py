"""Bad input: each is told in one line that says what is wrong and how to mend it, and nothing is sent to anybody."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import DEFAULT_PATH
from orders_conformance.strategies.credentials import Credentials
from tests.support.runs import CONTRACT, CREDENTIALS
from tests.support.servers import Answer, http, listening, unused_url
from tests.support.terminal import Terminal
from tests.support.tools import do_without

NOT_THERE = "http://127.0.0.1:9"


class Counting(Service):
    """Keeps the statuses of its answers."""

    def set_up(self) -> None:
        """Begin with nothing answered."""
        self.answered: list[int] = []

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        self.answered.append(response.status)
        return response


@contextmanager
def counting(credentials: Credentials = CREDENTIALS) -> Iterator[tuple[Counting, str]]:
    service = embedded_service(CONTRACT, credentials, Counting)
    assert isinstance(service, Counting)
    with serving(service) as url:
        yield service, url
    service.close()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "--target", "example"), ("'example' is not a base URL", "write it like https://")),
        (("run", "--target", "ftp://example.com"), ("'ftp://example.com' is not a base URL",)),
        (("run", "--target", "http://"), ("'http://' is not a base URL",)),
        (("run", "--target", "http://127.0.0.1:99999"), ("is not a base URL",)),
        (("run", "--target", ""), ("'' is not a base URL",)),
        (("run", "--target", f"{NOT_THERE}?a=b"), ("a query or a fragment",)),
        (("run", "--target", "http://k:t@127.0.0.1:9"), ("has credentials in its URL", "environment")),
        (("run", "--profile", "tenent"), ("there is no profile 'tenent'", "did you mean 'tenant'?")),
        (("run", "--profile", "zzz"), ("there is no profile 'zzz'", "use one of ci, tenant")),
        (("run", "--fail-on", "may"), ("there is no level 'may'", "must")),
        (("run", "--seed", "x"), ("--seed", "'x'")),
        (("run", "--seed", "-1"), ("--seed", "-1")),
        (("run", "--timeout", "0"), ("--timeout", "0")),
        (("run", "--timeout", "soon"), ("--timeout", "'soon'")),
        (("run", "--tarqet", NOT_THERE), ("--tarqet", "--target")),
        (("run", "surprise"), ("surprise",)),
        (("rum",), ("rum",)),
        (("run", "--organisation", "GBP"), ("'GBP' is not written as field=value", "currencyCode=EUR")),
        (("run", "--organisation", "currency=GBP"), ("defines no 'currency'", "'currencyCode'")),
        (("run", "--contract", "missing.yaml"), ("missing.yaml cannot be read", "name an OpenAPI file that exists")),
        (("list", "--contract", "missing.yaml"), ("missing.yaml cannot be read",)),
        (("serve", "--contract", "missing.yaml"), ("missing.yaml cannot be read",)),
        (("run", "-k", "nothing-like-this"), ("no requirement matches 'nothing-like-this'", "list")),
        (("run", "-k", "price and"), ("'price and' cannot be understood", "and, or, not")),
        (("list", "-k", "nothing-like-this"), ("no requirement matches",)),
        (("plan", "-k", "nothing-like-this"), ("no requirement matches",)),
        (("replay", "missing.jsonl", "f1"), ("'missing.jsonl' cannot be read",)),
        (("replay", "missing.jsonl"), ("FINDING",)),
        (("serve", "--host", "203.0.113.1"), ("203.0.113.1:0 cannot be listened on", "choose another")),
        (("serve", "--port", "65536"), ("--port", "65536")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) and "run" in value else None,
)
def test_wrong_usage_is_told_in_one_line(terminal: Terminal, words: tuple[str, ...], told: tuple[str, ...]) -> None:
    said = terminal.type(*words)
    assert said.status == 2
    assert all(part in said.problem for part in told), said.problem
    assert list(terminal.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: [1", "is not YAML"),
        ("openapi: 3.1.0", "x-conformance"),
        ("x-conformance: {name: create}", "is a required property"),
    ],
)
def test_a_contract_that_is_none_is_refused(terminal: Terminal, content: str, told: str) -> None:
    path = terminal.folder / "other.yaml"
    path.write_text(content)
    said = terminal.type("run", "--contract", str(path))
    assert said.status == 2
    assert "other.yaml" in said.problem
    assert told in said.problem


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("      wrong-user:", "      wrong-usr:", "lists 'wrong-usr' under credentials.wrong, which nothing generates"),
        ("      right:", "      rihgt:", "lists 'rihgt' under credentials.right, which nothing generates"),
        ("    malformed:", "    malforme:", "lists 'malforme' under bodies, which nothing recognises"),
    ],
)
def test_a_kind_that_nothing_knows_is_named_with_the_nearest_one(
    terminal: Terminal, old: str, new: str, told: str
) -> None:
    path = terminal.folder / "other.yaml"
    path.write_text(DEFAULT_PATH.read_text(encoding="utf-8").replace(f"{old} ", f"{new} "), encoding="utf-8")
    said = terminal.type("run", "--contract", str(path))
    assert said.status == 2
    assert f"other.yaml {told}" in said.problem
    assert f"did you mean {old.strip().rstrip(':')!r}?" in said.problem


@pytest.mark.parametrize("name", [KEY_VARIABLE, TOKEN_VARIABLE])
@pytest.mark.parametrize("value", [None, ""])
def test_credentials_that_are_not_set_are_asked_for(terminal: Terminal, name: str, value: str | None) -> None:
    if value is None:
        terminal.monkeypatch.delenv(name)
    else:
        terminal.monkeypatch.setenv(name, value)
    said = terminal.type("run", "--target", NOT_THERE)
    assert said.status == 2
    assert f"{name} is not set" in said.problem


def test_a_client_key_that_cannot_be_sent_is_refused(terminal: Terminal) -> None:
    terminal.monkeypatch.setenv(KEY_VARIABLE, "a:b")
    said = terminal.type("run", "--target", NOT_THERE)
    assert said.status == 2
    assert f"{KEY_VARIABLE} has a colon" in said.problem


@pytest.mark.parametrize("obstacle", ["taken", "taken/below", "/proc/reports"])
def test_a_report_folder_that_cannot_be_made_is_told_before_anything_is_sent(terminal: Terminal, obstacle: str) -> None:
    (terminal.folder / "taken").write_text("a file")
    with counting() as (service, url):
        said = terminal.type("run", "--target", url, "--report-dir", obstacle)
    assert said.status == 2
    assert f"the report folder '{obstacle}' cannot be made" in said.problem
    assert "--report-dir" in said.problem
    assert service.answered == []


def test_a_record_that_cannot_be_written_is_told_before_anything_is_sent(terminal: Terminal) -> None:
    (terminal.folder / "reports" / "record.jsonl").mkdir(parents=True)
    with counting() as (service, url):
        said = terminal.type("run", "--target", url, "--report-dir", "reports")
    assert said.status == 2
    assert "record.jsonl' is a folder, and is not written to" in said.problem
    assert service.answered == []


def test_a_report_that_cannot_be_written_is_told_before_anything_is_sent(terminal: Terminal) -> None:
    (terminal.folder / "reports" / "report.html").mkdir(parents=True)
    with counting() as (service, url):
        said = terminal.type("run", "--target", url, "--report-dir", "reports")
    assert said.status == 2
    assert "the report cannot be written to 'reports'" in said.problem
    assert service.answered == []


def test_a_selection_that_matches_nothing_sends_nothing(terminal: Terminal) -> None:
    with counting() as (service, url):
        said = terminal.type("run", "--target", url, "-k", "nothing-like-this")
    assert said.status == 2
    assert service.answered == []


def broken(terminal: Terminal, url: str, *words: str) -> str:
    """Run against a target that cannot be judged; say why."""
    said = terminal.type("run", "--target", url, "--timeout", "0.2", *words)
    assert said.status == 3
    report = terminal.report()
    assert report["outcome"] == "broken"
    assert all(one["verdict"] in {"untested", "passed"} for one in report["requirements"])
    return said.why


def test_a_refused_connection_is_told(terminal: Terminal) -> None:
    with unused_url() as url:
        why = broken(terminal, url)
    assert why.startswith(f"Why: {url} refuses connections")
    assert "start the target, or check host and port" in why


def test_a_host_that_nobody_knows_is_told(terminal: Terminal) -> None:
    assert "cannot be found: check its name" in broken(terminal, "http://nowhere.invalid", "--max-orders", "9")


def test_a_target_that_never_answers_is_told(terminal: Terminal) -> None:
    with listening(lambda _seen: Answer(b"", "hang")) as server:
        why = broken(terminal, server.url)
    assert "does not respond" in why
    assert "allow a longer timeout" in why


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (302, "redirects (status 302): name the URL that it leads to"),
        (404, "is not there (status 404): check the base URL"),
        (403, "rejects the credentials (status 403): check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN"),
    ],
)
def test_an_endpoint_that_is_somewhere_else_is_told(terminal: Terminal, status: int, told: str) -> None:
    with listening(lambda _seen: http(status, b"", "Location: /elsewhere")) as server:
        assert told in broken(terminal, server.url)
    assert len(server.seen) <= 2


def test_a_certificate_that_nobody_signed_is_told(terminal: Terminal) -> None:
    path = certificate(terminal.folder)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with listening(lambda _seen: http(201), context) as server:
        why = broken(terminal, server.url)
    assert f"TLS with {server.url} failed" in why
    assert server.seen == []


def test_wrong_credentials_are_found_before_anything_is_created(terminal: Terminal) -> None:
    with counting(Credentials("Another-key", "Another-token")) as (service, url):
        why = broken(terminal, url)
    assert "rejects the credentials (status 401): check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN" in why
    assert service.answered == [401, 401]


def certificate(folder: Path) -> Path:
    """Make a certificate that nobody signed, with its key in the same file."""
    path = folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(path)]
    try:
        made = subprocess.run([*command, "-out", "-", "-subj", "/CN=x"], capture_output=True, check=True)  # noqa: S603 - a fixed command
    except FileNotFoundError:
        do_without("not on PATH: openssl; install it to check TLS")
    path.write_bytes(path.read_bytes() + made.stdout)
    return path
