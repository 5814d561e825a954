"""Runs against a server whose HTTP is unusual: what is valid changes nothing, and what is too much is told as that."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.run.dry_run import DryRun, VirtualTime
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.run import run
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.server import serving
from tests.chaos.artefacts import observable_service
from tests.chaos.proxied_run import CREDENTIALS
from tests.chaos.proxy import Fault, ProxiedConnection, Proxy, Response, conform, proxying
from tests.support.runs import failed, settings

pytestmark = pytest.mark.slow  # 20 s of CPU: runs over HTTP

# Writes a response on the wire.
Write = Callable[[Response], bytes]


@dataclass
class Writing:
    """Passes responses on in another form; `statuses` are those that it is about, empty for all."""

    write: Write
    statuses: tuple[int, ...] = ()

    def __call__(self, connection: ProxiedConnection) -> bool:
        """Pass one response on."""
        response = connection.forward()
        mine = not self.statuses or response.status in self.statuses
        connection.send(self.write(response) if mine else response.whole)
        return True


def over_http(fault: Fault, every: int = 1) -> DryRun:
    """Run against the embedded server behind a proxy that meets each nth request with a fault."""
    count = iter(range(1, 1_000_000))
    mine = replace(settings("tenant"), credentials=CREDENTIALS)
    service, virtual = observable_service(mine.contract, CREDENTIALS), VirtualTime()
    service.clock = virtual.now
    events: list[dict[str, object]] = []

    def choose() -> Fault:
        return fault if next(count) % every == 0 else conform

    with (
        serving(service) as upstream,
        proxying(Proxy("", upstream, choose, 5.0, "", time.monotonic)) as proxy,
        HttpClient(proxy.url, mine.contract.path, mine.profile.retry_policy, "agent/1") as client,
    ):
        environment = RunEnvironment(
            client,
            client.headers,
            sink=lambda event: events.append(dict(event)),
            now=virtual.now,
            clock=virtual.clock,
            sleep=virtual.sleep,
        )
        conclusion = run(replace(mine, target=proxy.url), environment)
    service.close()
    return DryRun(conclusion, tuple(events))


def interim(*statuses: int) -> bytes:
    return b"".join(b"HTTP/1.1 %d Interim\r\nLink: </style.css>\r\n\r\n" % status for status in statuses)


def with_fields(response: Response, *fields: tuple[str, str]) -> bytes:
    return replace(response, headers=(*response.headers, *fields)).whole


def folded(response: Response) -> bytes:
    return response.whole.replace(b"\r\n\r\n", b"\r\nX-Folded: a\r\n b\r\n\r\n", 1)


def packed(response: Response) -> bytes:
    return with_fields(replace(response, body=gzip.compress(response.body)), ("Content-Encoding", "gzip"))


def chunked(response: Response) -> bytes:
    head = response.head(length=None).replace(b"Connection: close", b"Transfer-Encoding: chunked")
    return head + b"".join(b"1;x=y\r\n%c\r\n" % byte for byte in response.body) + b"0\r\nX-Trailer: 1\r\n\r\n"


@pytest.fixture(scope="module")
def plain() -> DryRun:
    """The run against the server as it is."""
    return over_http(conform)


@pytest.mark.parametrize(
    "unusual",
    [
        Writing(lambda response: interim(102) + response.whole),
        Writing(lambda response: interim(103) + response.whole, statuses=(201,)),
        Writing(lambda response: interim(100, 102, 103, 199, 102) + response.whole, statuses=(201, 409)),
        Writing(lambda response: with_fields(response, *((f"X-{number}", "y") for number in range(300)))),
        Writing(lambda response: with_fields(response, ("X-Long", "y" * 102_400)), statuses=(400, 401)),
        Writing(folded),
        Writing(packed),
        Writing(chunked, statuses=(201,)),
    ],
    ids=["102", "103 before 201", "many interim", "300 fields", "long line", "folded", "gzip", "chunks"],
)
def test_valid_http_changes_nothing(plain: DryRun, unusual: Writing) -> None:
    result = over_http(unusual)
    assert result.conclusion.verdicts == plain.conclusion.verdicts
    assert result.traffic == plain.traffic


def test_cookies_change_nothing_but_are_sent_once_with_wrong_credentials(plain: DryRun) -> None:
    result = over_http(Writing(lambda response: with_fields(response, ("Set-Cookie", "a=b"), ("Set-Cookie", "c=\xe9"))))
    probes = [{event["probe"] for event in one.events if event["type"] == "exchange"} for one in (result, plain)]
    assert result.conclusion.verdicts == plain.conclusion.verdicts
    assert probes[0] - probes[1] == {"credentials/wrong-user/cookies", "credentials/none/cookies"}


@pytest.mark.parametrize(
    ("unusual", "reason"),
    [
        (
            Writing(lambda response: replace(response, body=response.body + b" " * 2_000_000).whole),
            "a response of more than the 1048576 bytes that are read (status 400)",
        ),
        (
            Writing(lambda response: replace(response, body=response.body + b" " * 2_000_000).whole, (201,)),
            "a response of more than the 1048576 bytes that are read (status 201)",
        ),
        (
            Writing(lambda response: with_fields(response, ("X-Long", "y" * 300_000)), (201,)),
            "a response with headers of more than the 262144 bytes that are read",
        ),
        (
            Writing(lambda response: interim(*[102] * 200) + response.whole),
            "more than the 100 interim responses (1xx) that are read before a response",
        ),
        (
            Writing(lambda response: with_fields(response, ("Content-Encoding", "br")), (409,)),
            "a response in the content coding br (status 409)",
        ),
    ],
    ids=["body", "body of 201", "headers of 201", "interim", "br of 409"],
)
def test_valid_http_that_is_too_much_is_told_and_blamed_on_nobody(unusual: Writing, reason: str) -> None:
    result = over_http(unusual)
    assert result.conclusion.outcome is Outcome.BROKEN
    assert reason in (result.conclusion.reason or "")
    assert failed(result) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda response: response.head(length=len(response.body)) + response.body + b"more",
        lambda response: response.whole.replace(b"\r\n\r\n", b"\r\nContent-Length: 1\r\n\r\n", 1),
        lambda response: response.whole.replace(b"\r\n\r\n", b"\r\nX : y\r\n\r\n", 1),
        lambda response: response.whole.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n", 1),
    ],
    ids=["longer", "two lengths", "blank in a name", "length and chunks"],
)
def test_what_is_not_allowed_is_a_failure_of_the_server(wrong: Write) -> None:
    assert failed(over_http(Writing(wrong, statuses=(409,)))) == {"any/answered"}


@pytest.mark.parametrize("skew", [-7200, -90, 0, 90, 7200])
@pytest.mark.parametrize("asked", [-5, 3])
def test_a_date_to_retry_after_is_right_on_a_wrong_clock(plain: DryRun, skew: int, asked: int) -> None:
    def unavailable(connection: ProxiedConnection) -> bool:
        now = datetime.now(UTC) + timedelta(seconds=skew)
        until = format_datetime(now + timedelta(seconds=asked), usegmt=True)
        date = format_datetime(now, usegmt=True)
        connection.send(
            f"HTTP/1.1 503 Busy\r\nDate: {date}\r\nRetry-After: {until}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        return True

    result = over_http(unavailable, every=9)
    assert result.conclusion.verdicts == plain.conclusion.verdicts
    assert Verdict.FAILED not in result.conclusion.verdicts.values()
