"""Whatever a server responds with, the suite judges it, writes it and shows it, and none of that takes long."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders_conformance.harness.client.in_process import InProcessTransport, embedded_service
from orders_conformance.harness.run.dry_run import VirtualTime
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.invocation.execute import run_and_report
from tests.support.runs import CONTRACT, CREDENTIALS, settings
from tests.support.samples import sampled
from tests.support.spoiling_server import SpoilingServer
from tests.support.timing import judging_times

pytestmark = pytest.mark.slow  # 40 s of CPU: whole runs with their reports

# Each run has some 500 responses.
RUNS = 6
# Seconds of processor time of the thread that judges.
LONGEST = 0.05


def hostile_run(folder: Path, seed: int, profile: str) -> dict[str, object]:
    """Run the suite against a hostile server, with record, ledger and reports in a folder; return the report."""
    service = embedded_service(CONTRACT, CREDENTIALS, type("Seeded", (SpoilingServer,), {"seed": seed}))
    virtual = VirtualTime()
    service.clock = virtual.now
    environment = RunEnvironment(
        transport=InProcessTransport(service, CONTRACT.path),
        headers=lambda _request: {},
        now=virtual.now,
        clock=virtual.clock,
        sleep=virtual.sleep,
    )
    rendered = run_and_report(settings(profile, seed=seed, target="http://127.0.0.1"), environment, folder)
    service.close()
    return dict(rendered.report)


@pytest.mark.parametrize("seed", sampled(range(RUNS), 3))
def test_no_response_is_a_fault_of_the_suite(tmp_path: Path, seed: int) -> None:
    with judging_times() as times:
        report = hostile_run(tmp_path, seed, ("ci", "tenant")[seed % 2])
    record = [json.loads(line) for line in (tmp_path / "record.jsonl").read_text("utf-8").splitlines()]
    assert "fault of the suite" not in str(report["reason"])
    assert report["outcome"] in {"not conformant", "partial", "broken"}
    assert sum(one["type"] == "exchange" for one in record) >= 200
    assert {path.name for path in tmp_path.iterdir()} >= {"report.html", "report.json", "junit.xml", "ledger.jsonl"}
    assert max(times) < LONGEST
