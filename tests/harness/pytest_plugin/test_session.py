"""The suite under pytest: one test for each requirement, on the same engine as the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.selection import select
from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.spec.fields import RequestField
from orders_conformance.strategies.credentials import Credentials
from tests.support.command import CREDENTIALS, environment
from tests.support.runs import CONTRACT
from tests.support.samples import sampled
from tests.support.servers import unused_url

pytestmark = pytest.mark.slow  # about 20 s of CPU: each test starts a pytest of its own

_ROOT = Path(__file__).parents[3]
_LONGEST = 120.0


@dataclass(frozen=True)
class Session:
    """A session of pytest that has ended: its exit status and what it wrote."""

    status: int
    output: str


def pytest_on_suite(*options: str) -> Session:
    """Start pytest on the suite in another process."""
    command = [sys.executable, "-m", "pytest", "tests/conformance", "-q", "-p", "no:cacheprovider", *options]
    ended = subprocess.run(  # noqa: S603 - a program of our own
        command, cwd=_ROOT, env=environment(), capture_output=True, text=True, timeout=_LONGEST, check=False
    )
    return Session(ended.returncode, ended.stdout + ended.stderr)


def collected(session: Session) -> list[str]:
    """List the requirements for which there are tests."""
    names = [line for line in session.output.splitlines() if line.startswith("tests/conformance")]
    return [name.partition("[")[2].removesuffix("]") for name in names]


class TakesAnyStatus(Service):
    """Does not validate the value of one field."""

    def value_problem(self, field: RequestField, value: object) -> str | None:
        return None if field.name == "status" and isinstance(value, str) else super().value_problem(field, value)


@contextmanager
def served(kind: type[Service] = Service, credentials: Credentials = CREDENTIALS) -> Iterator[str]:
    service = embedded_service(CONTRACT, credentials, kind)
    with serving(service) as url:
        yield url
    service.close()


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Path]:
    """Judge a server with one fault, by a few of the requirements."""
    folder = tmp_path_factory.mktemp("faulty")
    with served(TakesAnyStatus) as url:
        session = pytest_on_suite(
            "--target", url, "--profile", "tenant", "--rate", "0", "--report-dir", str(folder), "-k", "request/status"
        )
    return session, folder


def test_there_is_one_test_for_each_requirement() -> None:
    assert collected(pytest_on_suite("--collect-only")) == list(CONTRACT.requirements)


@pytest.mark.parametrize(
    "pattern",
    sampled(
        [
            "create/409 and not concurrent",
            "channel or href",
            "not create/201 and not request",
            "CHANNEL/enum/GDS",
            "(price)",
            "409/letters",
            "create/401/status",
            "no-trace and not 401",
        ],
        3,
    ),
)
def test_a_pattern_selects_what_it_selects_on_the_command_line(pattern: str) -> None:
    assert collected(pytest_on_suite("--collect-only", "-k", pattern)) == list(select(CONTRACT, pattern))


@pytest.mark.parametrize("pattern", ["nothing-like-this", "channel and"])
def test_a_pattern_that_selects_nothing_is_not_green_in_either(pattern: str) -> None:
    assert pytest_on_suite("-k", pattern).status != 0
    with pytest.raises(InvalidInputError):
        select(CONTRACT, pattern)


def test_a_fault_fails_the_test_of_its_requirement_and_no_other(faulty: tuple[Session, Path]) -> None:
    session, folder = faulty
    failed = [line for line in session.output.splitlines() if line.startswith("FAILED")]
    assert session.status == 1
    assert len(failed) == 1
    assert "test_requirement[create/request/status/enum]" in failed[0]
    cases = ET.parse(folder / "junit.xml").iter("testcase")  # noqa: S314 - a file of our own
    assert [case.get("name") for case in cases if case.find("failure") is not None] == ["create/request/status/enum"]


def test_the_message_of_a_failure_is_the_sentence_of_the_requirement(faulty: tuple[Session, Path]) -> None:
    session, _ = faulty
    assert CONTRACT.requirements["create/request/status/enum"].sentence in session.output
    assert "expected " in session.output
    assert "observed " in session.output


def test_only_what_was_selected_is_judged(faulty: tuple[Session, Path]) -> None:
    _, folder = faulty
    cases = ET.parse(folder / "junit.xml").iter("testcase")  # noqa: S314 - a file of our own
    assert [case.get("name") for case in cases] == list(select(CONTRACT, "request/status"))


def test_a_waived_requirement_is_expected_to_fail_and_a_stale_deviation_fails(tmp_path: Path) -> None:
    entries = {"create/request/status/enum": "Old tills send more.", "create/request/status/type": "Was wrong once."}
    text = "".join(f'[[deviation]]\nrequirement = "{name}"\nreason = "{why}"\n' for name, why in entries.items())
    (tmp_path / "deviations.toml").write_text(text, encoding="utf-8")
    words = ("--profile", "tenant", "--rate", "0", "--report-dir", str(tmp_path), "-k", "request/status")
    with served(TakesAnyStatus) as url:
        session = pytest_on_suite("--target", url, *words, "--deviations", str(tmp_path / "deviations.toml"))
    told = [line for line in session.output.splitlines() if line.startswith(("FAILED", "XFAIL"))]
    assert session.status == 1
    assert [line.partition("[")[2].partition("]")[0] for line in told] == list(entries)
    assert "waived: " in told[0]
    assert "Old tills send more." in told[0]


def test_a_target_that_is_not_there_ends_the_session_as_broken(tmp_path: Path) -> None:
    with unused_url() as url:
        session = pytest_on_suite("--target", url, "--report-dir", str(tmp_path))
    assert session.status == 3
    assert f"orders-conformance: {url} refuses connections" in session.output
    assert "Traceback" not in session.output


def test_wrong_credentials_end_the_session_as_broken(tmp_path: Path) -> None:
    with served(credentials=Credentials("Another-key", "Another-token")) as url:
        session = pytest_on_suite("--target", url, "--report-dir", str(tmp_path))
    assert session.status == 3
    assert "rejects the credentials (status 401): check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN" in session.output


@pytest.mark.parametrize("words", [("--target", "nope"), ("--contract", "missing.yaml"), ("--profile", "tenent")])
def test_wrong_usage_is_reported_without_a_stack_trace(tmp_path: Path, words: tuple[str, str]) -> None:
    session = pytest_on_suite(*words, "--report-dir", str(tmp_path / "reports"))
    assert session.status not in {0, 1}
    assert words[1] in session.output
    assert "Traceback" not in session.output


def test_every_option_of_the_command_is_one_of_the_session(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("max-requests = 5\n", encoding="utf-8")
    with served() as url:
        words = ("--settings", str(tmp_path / "settings.toml"), "--target", url, "--organisation", "pointOfSale=shop")
        pytest_on_suite(*words, "--report-dir", str(tmp_path), "-k", "no-5xx")
    header = json.loads((tmp_path / "record.jsonl").read_text(encoding="utf-8").partition("\n")[0])
    assert (header["settings"]["max-requests"], header["settings"]["pointOfSale"]) == (5, "shop")


def test_levels_are_markers() -> None:
    listed = {level: collected(pytest_on_suite("--collect-only", "-m", level)) for level in ("must", "should", "info")}
    assert listed == {
        level: [name for name, one in CONTRACT.requirements.items() if one.level == level] for level in listed
    }


def test_the_outcome_and_the_report_are_named_when_quiet(faulty: tuple[Session, Path]) -> None:
    session, folder = faulty
    assert "Not conformant, failing on must: 1 of " in session.output
    assert f"Report: {folder / 'report.html'}" in session.output


def test_a_skipped_test_has_the_reason_of_the_report(tmp_path: Path) -> None:
    words = ("--profile", "tenant", "--rate", "0", "--report-dir", str(tmp_path), "-k", "concurrent")
    with served() as url:
        session = pytest_on_suite("--target", url, *words)
    assert "was not tested: the profile tenant sends no concurrent duplicates" in session.output


@pytest.mark.parametrize("workers", [("-n", "4"), ("--tx", "4*popen", "--dist", "load")], ids=["n", "tx"])
def test_workers_share_one_run_and_its_budget(tmp_path: Path, workers: tuple[str, ...]) -> None:
    words = ("--profile", "tenant", "--rate", "0", "--max-orders", "40", "-k", "create/201 or create/409")
    service = embedded_service(CONTRACT, CREDENTIALS)
    with serving(service) as url:
        alone = pytest_on_suite("--target", url, *words, "--report-dir", str(tmp_path / "alone"))
        before = len(list(service.orders.records()))
        shared = pytest_on_suite("--target", url, *words, "--report-dir", str(tmp_path / "shared"), *workers)
        created = len(list(service.orders.records())) - before
    service.close()
    results = [json.loads((tmp_path / name / "report.json").read_bytes()) for name in ("alone", "shared")]
    verdicts = [{one["id"]: one["verdict"] for one in result["requirements"]} for result in results]
    assert (alone.status, shared.status) == (0, 0)
    assert verdicts[0] == verdicts[1]
    assert 0 < created == results[1]["traffic"]["orders_created"] <= 40
    assert (tmp_path / "shared" / "record.jsonl").read_bytes().count(b'"type":"header"') == 1


def test_a_text_of_the_server_does_not_act_on_the_log(tmp_path: Path) -> None:
    class Hostile(Service):
        """Locks everybody out, with commands for CI systems."""

        def handle(self, request: ServerRequest) -> ServerResponse:
            body = b'{"message":"\\u001b[31m##vso[task.complete]x\\n::error::y"}'
            return ServerResponse(401, (("Content-Type", "application/json"),), body)

    with served(Hostile) as url:
        session = pytest_on_suite("--target", url, "--report-dir", str(tmp_path))
    assert session.status == 3
    assert not [text for text in ("\x1b", "##vso[", "\n::error") if text in session.output]
