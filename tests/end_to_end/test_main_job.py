"""The main job as a user starts it: another process, its exit status, its words and the files that it leaves."""

from __future__ import annotations

import base64
import resource
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Result, Service
from orders_conformance.reports.manifest import NAME as MANIFEST
from orders_conformance.reports.write import FORMATS
from tests.support.command import CREDENTIALS, Run, run
from tests.support.leaky_server import RepeatsTheToken
from tests.support.runs import CONTRACT, settings

pytestmark = pytest.mark.slow  # 22 s of CPU: processes that judge servers over HTTP

SEED = 7


@dataclass(frozen=True)
class Timed:
    """A run and the seconds of processor time that it took."""

    run: Run
    processor: float


@pytest.fixture(scope="module")
def main_job(tmp_path_factory: pytest.TempPathFactory) -> Timed:
    """Judge the embedded server."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = run(tmp_path_factory.mktemp("main"), "--seed", str(SEED))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Timed(ended, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


@contextmanager
def served(kind: type[Service] = Service) -> Iterator[str]:
    """Serve a sibling of the embedded server that knows the credentials of the tests."""
    service = embedded_service(CONTRACT, CREDENTIALS, kind)
    with serving(service) as url:
        yield url
    service.close()


def requests(ended: Run) -> int:
    """Tell how many requests a run sent."""
    return int(ended.report()["traffic"]["requests"])


def random_bodies(events: Iterable[Mapping[str, Any]]) -> list[tuple[str, bytes]]:
    """List the random requests of a record by probe and body, without what begins each reference."""
    header, *rest = events
    prefix = header["reference_prefix"].encode()
    sent = [event for event in rest if event["type"] == "exchange"]
    return [
        (one["probe"], content(one["request"]["body"]).replace(prefix, b""))
        for one in sent
        if one["probe"].partition("/")[0] in {"random", "schema"}
    ]


def content(body: Mapping[str, str]) -> bytes:
    """Read the body of a request in a record."""
    return body["text"].encode() if "text" in body else base64.b64decode(body["base64"])


def pauses(ended: Run) -> float:
    """Add up the seconds in which a run waited before it sent the next request."""
    sent = [event for event in ended.events() if event["type"] == "exchange"]
    gaps: list[float] = [later["at"] - earlier["at"] - earlier["elapsed"] for earlier, later in pairwise(sent)]
    return sum(gap for gap in gaps if gap > 0.5)


def test_the_embedded_server_is_conformant(main_job: Timed) -> None:
    assert main_job.run.status == 0
    assert main_job.run.report()["outcome"] == "conformant"


def test_nothing_that_a_server_must_do_is_left_untested(main_job: Timed) -> None:
    requirements = main_job.run.report()["requirements"]
    assert len(requirements) >= 120
    assert {one["verdict"] for one in requirements if one["level"] == "must"} == {"passed"}


def test_processor_time_and_pauses_stay_below_ten_seconds(main_job: Timed) -> None:
    # The clock on the wall would also count what else this machine does.
    assert main_job.processor + pauses(main_job.run) < 10


def test_record_and_reports_are_left(main_job: Timed) -> None:
    left = {path.name: path.stat().st_size for path in main_job.run.folder.iterdir()}
    assert set(left) == {"record.jsonl", "ledger.jsonl", MANIFEST, *FORMATS}
    assert all(left.values())


def test_it_ends_with_a_sentence_and_the_path_of_the_page(main_job: Timed) -> None:
    sentence, numbers, path = main_job.run.output.decode().splitlines()[-3:]
    assert sentence == "Conformant: every requirement that counts was tested and passed"
    assert numbers.startswith("Conformant, failing on must: 0 of ")
    assert path == f"Report: {main_job.run.folder / 'report.html'}"


def test_a_seed_repeats_the_random_traffic_in_another_process(main_job: Timed) -> None:
    again = dry_run(settings(seed=SEED, examples=None))
    assert len(random_bodies(again.events)) > 100
    assert random_bodies(again.events) == random_bodies(main_job.run.events())


def test_another_seed_makes_other_random_traffic(main_job: Timed) -> None:
    other = dry_run(settings(seed=SEED + 1, examples=None))
    assert random_bodies(other.events) != random_bodies(main_job.run.events())


def test_a_pattern_narrows_what_is_sent_and_what_is_judged(main_job: Timed, tmp_path: Path) -> None:
    narrowed = run(tmp_path, "-k", "channel/enum")
    assert narrowed.status == 0
    assert 0 < requests(narrowed) < requests(main_job.run)
    judged = [one["id"] for one in narrowed.report()["requirements"]]
    assert judged == [name for name in CONTRACT.requirements if "channel/enum" in name]


class GivesNoChallenge(Service):
    """Breaks nothing but what it should do."""

    def headers(self, outcome: Result) -> tuple[tuple[str, str], ...]:
        return super().headers(outcome)[:1]


@pytest.mark.parametrize(("level", "status"), [("must", 0), ("should", 1)])
def test_the_weakest_level_that_counts_decides_the_exit_status(tmp_path: Path, level: str, status: int) -> None:
    with served(GivesNoChallenge) as url:
        ended = run(tmp_path, "--target", url, "--fail-on", level, "-k", "create/401")
    failed = [one for one in ended.report()["requirements"] if one["verdict"] == "failed"]
    assert [one["level"] for one in failed] == ["should"]
    assert ended.status == status


@pytest.fixture(scope="module")
def indiscreet(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Judge a server that repeats secrets."""
    with served(RepeatsTheToken) as url:
        return run(tmp_path_factory.mktemp("indiscreet"), "--target", url)


def test_a_server_that_repeats_secrets_is_found(indiscreet: Run) -> None:
    failed = {one["id"] for one in indiscreet.report()["requirements"] if one["verdict"] == "failed"}
    assert indiscreet.status == 1
    assert "create/any/no-secret" in failed


@pytest.mark.parametrize("secret", Redactor(CREDENTIALS).forms)
def test_a_secret_that_was_answered_is_in_no_file_and_not_in_the_output(indiscreet: Run, secret: str) -> None:
    contents = {path.name: path.read_bytes() for path in indiscreet.folder.iterdir()}
    assert len(contents) == len(FORMATS) + 3
    assert [name for name, content in contents.items() if secret.encode() in content] == []
    assert secret.encode() not in indiscreet.output


def test_no_half_of_the_token_is_left_where_a_text_was_cut(indiscreet: Run) -> None:
    half = CREDENTIALS.api_token[: len(CREDENTIALS.api_token) * 2 // 3].encode()
    found = [path.name for path in indiscreet.folder.iterdir() if half in path.read_bytes()]
    assert found == []
    assert half not in indiscreet.output
