"""A run in the folder of an earlier one is killed: the files of one of them are left, or a manifest that differs."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from signal import SIGKILL

import pytest

from orders_conformance.harness.ledger.opening import open_ledger
from orders_conformance.harness.verification.folder import verify
from orders_conformance.reports.manifest import RECORD, UNFINISHED
from orders_conformance.reports.write import FORMATS, render
from tests.chaos.signalled_process import SignalPlan, run_until
from tests.support.command import environment, program
from tests.support.report_folders import copied, judged
from tests.support.runs import CONTRACT

pytestmark = pytest.mark.slow  # 0.5 s of CPU for each process that is killed

_LONGEST = 60.0
_SET = (RECORD, *FORMATS, "manifest.json")
# Writes the reports of an unfinished record, and is killed at a step: a file is opened, or gets its name.
_KILLED = """
import os, signal, sys
from pathlib import Path
from orders_conformance.reports.write import render

step, number = sys.argv[2], int(sys.argv[3])
done, genuine = [], getattr(Path, step)

def counted(path, *arguments, **options):
    if step == "replace" or path.suffix == ".part":
        done.append(path)
    if len(done) == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return genuine(path, *arguments, **options)

setattr(Path, step, counted)
render(Path(sys.argv[1]) / "unfinished.jsonl", Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of a run that ended."""
    return judged(tmp_path_factory.mktemp("earlier"), CONTRACT)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of another run, of a server with a fault."""
    return judged(tmp_path_factory.mktemp("later"), CONTRACT, "no-duplicates")


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in _SET if (folder / name).exists()}


def reported(folder: Path) -> int:
    """Report the record of a folder; return the exit status."""
    command = [program(), "report", str(folder / RECORD)]
    return subprocess.run(command, env=environment(), capture_output=True, timeout=_LONGEST, check=False).returncode  # noqa: S603 - a program of our own


@pytest.mark.parametrize(
    ("step", "number"),
    [*(("open", number) for number in (1, 4, 8)), *(("replace", number) for number in range(1, len(_SET) + 1))],
)
def test_who_is_killed_while_writing_reports_leaves_no_mixture_that_is_called_consistent(
    tmp_path: Path, earlier: Path, later: Path, step: str, number: int
) -> None:
    folder = copied(earlier, tmp_path / "reports")
    old, new = files_of(folder), files_of(later)
    (folder / UNFINISHED).write_bytes(new[RECORD])
    command = [sys.executable, "-c", _KILLED, str(folder), step, str(number)]
    ended = subprocess.run(command, capture_output=True, timeout=_LONGEST, check=False)  # noqa: S603 - a program of our own
    assert ended.returncode == -SIGKILL, ended.stderr
    begun = step == "replace" and number > 1
    assert (files_of(folder) == old) == (not begun)
    assert bool(verify(folder, CONTRACT).faults) == begun
    # What the run has shown is there, and reporting it once more makes the folder whole.
    assert reported(folder) == 1
    assert files_of(folder) | {"manifest.json": b""} == new | {"manifest.json": b""}
    assert verify(folder, CONTRACT).faults == ()


@pytest.mark.parametrize("request_number", [1, 60])
def test_a_run_that_is_killed_leaves_the_earlier_reports_and_a_record_of_its_own(
    tmp_path: Path, earlier: Path, request_number: int
) -> None:
    folder = copied(earlier, tmp_path / "reports")
    old = files_of(folder)
    plan = SignalPlan(("--profile", "tenant", "--rate", "0"), request_number, before=False)
    ended = run_until(SIGKILL, plan, folder)
    assert (ended.status, ended.unaccounted, ended.leaks) == (-SIGKILL, 0, ())
    assert files_of(folder) == old
    still = verify(folder, CONTRACT)
    assert still.faults == ()
    assert any(UNFINISHED in remark for remark in still.remarks)
    assert reported(folder) == 3
    assert not (folder / UNFINISHED).exists()
    assert files_of(folder)[RECORD] != old[RECORD]


def test_a_run_that_is_refused_since_another_has_the_folder_touches_nothing(tmp_path: Path, earlier: Path) -> None:
    folder = copied(earlier, tmp_path / "reports")
    (folder / UNFINISHED).write_bytes(b"of the run that goes on")
    old = {path.name: path.read_bytes() for path in folder.iterdir()}
    commands = [
        [program(), "run", "--profile", "tenant", "--rate", "0", "--report-dir", str(folder)],
        [program(), "report", str(folder)],
    ]
    with closing(open_ledger(folder / "ledger.jsonl")):
        for command in commands:
            ended = subprocess.run(command, env=environment(), capture_output=True, timeout=_LONGEST, check=False)  # noqa: S603 - a program of our own
            assert (ended.returncode, b"in use by another process" in ended.stderr) == (2, True), ended.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == old


@pytest.mark.parametrize("kind", ["link", "pipe"])
@pytest.mark.parametrize("name", [RECORD, UNFINISHED])
def test_a_run_writes_its_record_to_no_link_and_no_pipe(tmp_path: Path, name: str, kind: str) -> None:
    folder, other = tmp_path / "reports", tmp_path / "other"
    folder.mkdir()
    other.write_bytes(b"kept")
    if kind == "link":
        (folder / name).symlink_to(other)
    else:
        os.mkfifo(folder / name)
    command = [program(), "run", "--profile", "tenant", "--rate", "0", "--report-dir", str(folder)]
    ended = subprocess.run(command, env=environment(), capture_output=True, timeout=_LONGEST, check=False)  # noqa: S603 - a program of our own
    assert (ended.returncode, b"is not written to" in ended.stderr) == (2, True), ended.stderr
    assert other.read_bytes() == b"kept"


def test_reports_are_not_written_through_a_link(tmp_path: Path, earlier: Path) -> None:
    folder, other = copied(earlier, tmp_path / "reports"), tmp_path / "other"
    other.write_bytes(b"kept")
    for name in ("report.html", ".report.html.part"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(other)
    render(folder / RECORD, folder)
    assert other.read_bytes() == b"kept"
    assert not (folder / "report.html").is_symlink()
