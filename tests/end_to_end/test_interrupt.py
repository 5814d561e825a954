"""An interrupt in the middle of a run: the record is whole, and the reports say that it could not judge."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service, WireBehaviour
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record
from tests.support.command import CREDENTIALS, Run, environment, program
from tests.support.runs import CONTRACT

pytestmark = pytest.mark.slow  # 3 s of CPU: processes that are interrupted

_ENOUGH = 20
_LONGEST = 60.0


class Slow(Service):
    """Answers late from some request on, and tells when that is."""

    def set_up(self) -> None:
        """Begin with nothing asked."""
        self.asked = 0
        self.busy = threading.Event()

    def handle(self, request: ServerRequest) -> ServerResponse:
        self.asked += 1
        if self.asked < _ENOUGH:
            return super().handle(request)
        self.busy.set()
        return changed(super().handle(request), wire=WireBehaviour(delay=_LONGEST))


@dataclass(frozen=True)
class Interrupted:
    """A run that was interrupted while it waited for an answer."""

    run: Run
    asked: int

    @property
    def record(self) -> Record:
        """Read the record."""
        return read(self.run.folder / "record.jsonl")


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    """Interrupt a run against a server that has become slow."""
    folder = tmp_path_factory.mktemp("interrupted")
    service = embedded_service(CONTRACT, CREDENTIALS, Slow)
    assert isinstance(service, Slow)
    with serving(service) as url:
        command = [program(), "run", "--target", url, "--timeout", str(_LONGEST), "--report-dir", str(folder)]
        with subprocess.Popen(  # noqa: S603 - a program of our own
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()
        ) as process:
            assert service.busy.wait(_LONGEST)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=_LONGEST)
    service.close()
    return Interrupted(Run(process.returncode, output, folder), service.asked)


def test_the_exit_status_says_broken(interrupted: Interrupted) -> None:
    assert interrupted.run.status == 3


def test_nothing_is_sent_after_the_interrupt(interrupted: Interrupted) -> None:
    assert interrupted.asked == _ENOUGH


def test_the_record_is_whole(interrupted: Interrupted) -> None:
    assert interrupted.record.damage is None
    assert interrupted.record.footer is not None


def test_every_answer_before_the_interrupt_is_in_the_record(interrupted: Interrupted) -> None:
    assert len(interrupted.record.exchanges) == _ENOUGH - 1


def test_the_report_says_broken_and_why(interrupted: Interrupted) -> None:
    report: Any = interrupted.run.report()
    assert report["outcome"] == "broken"
    assert report["reason"] == "the run was interrupted: start it again to judge the rest"


def test_what_was_not_judged_is_untested(interrupted: Interrupted) -> None:
    verdicts = [one["verdict"] for one in interrupted.run.report()["requirements"]]
    assert len(verdicts) == len(CONTRACT.requirements)
    assert "failed" not in verdicts
    assert verdicts.count("untested") > 20


@pytest.mark.parametrize("name", ["report.json", "report.html", "junit.xml"])
def test_every_report_is_written(interrupted: Interrupted, name: str) -> None:
    path: Path = interrupted.run.folder / name
    assert "interrupted" in path.read_text(encoding="utf-8")


def test_the_output_says_it_in_one_line_without_a_stack_trace(interrupted: Interrupted) -> None:
    lines = interrupted.run.output.decode().splitlines()
    assert lines[-2:] == [
        "Why: the run was interrupted: start it again to judge the rest",
        f"Report: {interrupted.run.folder / 'report.html'}",
    ]
    assert not any("Traceback" in line for line in lines)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 3), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupt_before_the_target_answers_gives_reports_that_say_broken(
    number: signal.Signals, status: int, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [program(), "run", "--target", url, "--wait", str(_LONGEST), "--report-dir", str(tmp_path)]
        with subprocess.Popen(  # noqa: S603 - a program of our own
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()
        ) as process:
            # The process waits once it has connected, and nobody answers.
            connection, _ = listener.accept()
            process.send_signal(number)
            output, _ = process.communicate(timeout=_LONGEST)
            connection.close()
    ended = Run(process.returncode, output, tmp_path)
    report = ended.report()
    assert (ended.status, report["outcome"], report["traffic"]["requests"]) == (status, "broken", 0)
    assert report["reason"] == "the run was interrupted: start it again to judge the rest"
    assert {"report.html", "junit.xml"} <= {path.name for path in tmp_path.iterdir()}
    assert b"Traceback" not in output


def test_a_run_that_is_killed_leaves_the_reports_of_another_run_and_its_record_apart(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("of another run", encoding="utf-8")
    service = embedded_service(CONTRACT, CREDENTIALS, Slow)
    assert isinstance(service, Slow)
    with serving(service) as url:
        command = [program(), "run", "--target", url, "--timeout", str(_LONGEST), "--report-dir", str(tmp_path)]
        with subprocess.Popen(command, env=environment()) as process:  # noqa: S603 - a program of our own
            assert service.busy.wait(_LONGEST)
            process.kill()
    service.close()
    assert {path.name for path in tmp_path.iterdir()} == {"unfinished.jsonl", "ledger.jsonl", "report.json"}
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == "of another run"
    reported = subprocess.run([program(), "report", str(tmp_path / "record.jsonl")], env=environment(), check=False)  # noqa: S603 - a program of our own
    assert (reported.returncode, Run(3, b"", tmp_path).report()["outcome"]) == (3, "broken")
