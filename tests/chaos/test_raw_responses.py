"""Whatever bytes come over a connection, the client makes a response or a failure of them, and a run ends as one."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.ledger.reader import read_ledger
from orders_conformance.harness.ledger.reconcile import reconcile
from orders_conformance.harness.messages.exchange import Failure, Request
from orders_conformance.harness.run.dry_run import VirtualTime
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.invocation.execute import run_and_report
from orders_conformance.harness.verification.folder import verify
from orders_conformance.mock.server import serving
from tests.chaos.artefacts import missing_from_ledger, observable_service
from tests.chaos.proxy import Fault, ProxiedConnection, Proxy, conform, proxying
from tests.support.raw_responses import spoiled
from tests.support.runs import CONTRACT, CREDENTIALS, Judge, full, minimal, request, settings
from tests.support.samples import sampled
from tests.support.timing import processor_time

pytestmark = pytest.mark.slow  # 20 s of CPU: a socket, and for each response bytes of its own

# Responses of each seed.
_RESPONSES = 300
# Seconds until the client gives a response up; most of those that lack an end are closed.
_TIMEOUT = 0.1
# Seconds of processor time that judging a response may take.
_LONGEST = 0.05
_POLICY = replace(settings().profile.retry_policy, timeout=_TIMEOUT)


def spoiling(dice: random.Random) -> Fault:
    """Return what spoils a response; mostly the connection is closed after it."""

    def spoil(connection: ProxiedConnection) -> bool:
        connection.send(spoiled(connection.forward().whole, dice))
        return dice.random() < 0.1

    return spoil


def requests(dice: random.Random) -> Request:
    """Return a request of any kind."""
    number = dice.randrange(40)
    order = dice.choice((minimal, full))(referenceId=f"OC-{number}")
    return dice.choice(
        (
            request(order),
            request(order),
            request({**order, "price": "x"}),
            request(order, dice.choice(("none", "wrong-password"))),
            request(b"{"),
            request(order, content_type="text/plain"),
        )
    )


@pytest.mark.parametrize("seed", sampled(range(10), 10))
def test_any_bytes_are_a_response_or_a_failure_and_are_judged_soon(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a seed that repeats the test, and no secret
    service, judge, met, slowest = observable_service(CONTRACT, CREDENTIALS), Judge(), Counter[str](), 0.0
    with (
        serving(service) as upstream,
        proxying(Proxy("", upstream, lambda: spoiling(dice), _TIMEOUT, "", time.monotonic)) as proxy,
        HttpClient(proxy.url, CONTRACT.path, _POLICY, "agent/1") as client,
    ):
        for _ in range(_RESPONSES):
            sent = requests(dice)
            outcome = client(sent, dice.choice(("main", "new")))
            met[outcome.kind if isinstance(outcome, Failure) else str(outcome.status)] += 1
            with processor_time() as spent:
                judge.judge(sent, outcome)
            slowest = max(slowest, spent.seconds)
    service.close()
    assert slowest < _LONGEST
    failures = sum(met[kind] for kind in met if not kind.isdigit())
    assert min(failures, _RESPONSES - failures) > _RESPONSES // 10


@pytest.mark.parametrize("seed", sampled(range(8), 8))
def test_a_run_among_such_bytes_ends_with_a_whole_record_and_every_report(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a seed that repeats the test, and no secret
    rate = dice.choice((0.02, 0.1, 0.3))
    spoil = spoiling(dice)
    mine, now = settings(("ci", "tenant")[seed % 2], seed=seed), VirtualTime()
    service = observable_service(CONTRACT, CREDENTIALS)
    service.clock = now.now
    with (
        serving(service) as upstream,
        proxying(
            Proxy("", upstream, lambda: spoil if dice.random() < rate else conform, _TIMEOUT, "", now.clock)
        ) as proxy,
        HttpClient(proxy.url, CONTRACT.path, _POLICY, "agent/1") as client,
    ):
        environment = RunEnvironment(client, client.headers, now=now.now, clock=now.clock, sleep=now.sleep)
        report = run_and_report(replace(mine, target=proxy.url, embedded=False), environment, tmp_path).report
    assert "fault of the suite" not in str(report["reason"])
    assert {path.name for path in tmp_path.iterdir()} >= {"report.html", "report.json", "junit.xml", "report.md"}
    assert missing_from_ledger(tmp_path / "ledger.jsonl", service) == []
    assert len(reconcile(read_ledger(tmp_path / "ledger.jsonl"), CONTRACT)) >= len(service.held)
    service.close()
    assert verify(tmp_path, CONTRACT).faults == ()
    lines = (tmp_path / "record.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["type"] for line in (lines[0], lines[-1])] == ["header", "footer"]
