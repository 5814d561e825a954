"""A true record is never called contradictory: of a bad network, of declared deviations, of a run that was killed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.deviations import Deviation, Deviations
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.harness.run.invocation.execute import execute
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.verification import verdicts
from orders_conformance.harness.verification.folder import read_and_judge, verify
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Result, Service
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.writer import Writer
from tests.chaos.proxied_run import run_behind_proxy
from tests.support.report_folders import CREDENTIALS
from tests.support.runs import CONTRACT, settings

pytestmark = pytest.mark.slow  # 15 s of CPU: whole runs, some over HTTP

_WAIVED = ("created-when-ordered", "takes-empty-fractions", "token-in400")


def judged_again(record: Path) -> verdicts.Result:
    return read_and_judge(record, CONTRACT)[1]


# Runs with lost, cut and wrong responses; one of them blames the server rightly, which stores what it rejects.
@pytest.mark.parametrize(("seed", "careless"), [(1, False), (2, False), (7, False), (12, False), (19, True)])
def test_a_record_of_a_bad_network_is_consistent(seed: int, careless: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the table
    run_behind_proxy(seed, tmp_path, careless=careless)
    result = verify(tmp_path, CONTRACT)
    assert (result.faults, result.judged > 0) == ((), True)


@pytest.mark.parametrize("expires", [None, date(2020, 1, 1)])
@pytest.mark.parametrize("name", _WAIVED)
def test_a_record_with_declared_deviations_is_consistent(name: str, expires: date | None, tmp_path: Path) -> None:
    entries = (Deviation(CATALOGUE[name].breaks[0], "Known.", expires=expires),)
    stale = (Deviation("create/201/price/echo", "Was wrong once."),) if name == _WAIVED[0] else ()
    deviations = Deviations("sha256:" + "0" * 64, (*entries, *stale))
    with Writer(tmp_path / "record.jsonl") as writer:
        for event in dry_run(settings("tenant", deviations=deviations), CATALOGUE[name]).events:
            writer.write(event)
    result = judged_again(tmp_path / "record.jsonl")
    assert (result.faults, result.judged > 200) == ((), True)


class LongHeaders(Service):
    """Sends so long a header before the others that the record has none of those."""

    def headers(self, outcome: Result) -> tuple[tuple[str, str], ...]:
        return (("X-Padding", "x" * 20_000), *super().headers(outcome))


def test_a_record_whose_headers_were_cut_is_consistent(tmp_path: Path) -> None:
    with Writer(tmp_path / "record.jsonl") as writer:
        for event in dry_run(settings("tenant"), LongHeaders).events:
            writer.write(event)
    result = judged_again(tmp_path / "record.jsonl")
    assert (result.faults, result.partial > 200) == ((), True)


@pytest.fixture(scope="module")
def with_cookies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record over HTTP of a server that takes a cookie for credentials."""
    folder = tmp_path_factory.mktemp("cookies")
    service = embedded_service(CONTRACT, CREDENTIALS, CATALOGUE["takes-session-for-credentials"])
    with serving(service) as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("ORDERS_CLIENT_KEY", CREDENTIALS.client_key)
        environment.setenv("ORDERS_API_TOKEN", CREDENTIALS.api_token)
        options = ConnectionOptions(rate=0)
        execute(Invocation(url, profile="tenant", report_dir=folder, pattern="credentials", seed=1, connection=options))
    service.close()
    return folder


def test_a_finding_whose_request_had_a_cookie_follows_from_its_exchange(with_cookies: Path) -> None:
    record = read(with_cookies / "record.jsonl")
    assert "a cookie that the server set before" in record.findings[0]["observed"]
    assert verify(with_cookies, CONTRACT).faults == ()


def test_a_record_that_was_cut_after_any_line_contradicts_nothing(with_cookies: Path, tmp_path: Path) -> None:
    lines = (with_cookies / "record.jsonl").read_bytes().splitlines(keepends=True)
    cut, contradicted = tmp_path / "record.jsonl", {}
    for number in range(1, len(lines)):
        cut.write_bytes(b"".join(lines[:number]) + lines[number][: number % 50])
        assert read(cut).damage is not None
        contradicted[number] = judged_again(cut).faults
    assert len(contradicted) > 20
    assert {number: faults for number, faults in contradicted.items() if faults} == {}
