"""Each row of the table of exit statuses in the README, in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM, Signals

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock import faulty
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.reports.write import render
from tests.chaos.artefacts import missing_from_ledger, observable_service
from tests.chaos.signalled_process import SignalPlan, run_until
from tests.support import records
from tests.support.command import CREDENTIALS, environment, program
from tests.support.runs import CONTRACT
from tests.support.servers import unused_url

pytestmark = pytest.mark.slow  # 25 s of CPU: processes of their own

_ROOT = Path(__file__).parents[2]
_LONGEST = 60.0
_TENANT = ("--profile", "tenant", "--rate", "0")


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    status: int
    output: str
    errors: str


@contextmanager
def served(kind: type[Service] = Service) -> Iterator[str]:
    service = embedded_service(CONTRACT, CREDENTIALS, kind)
    with serving(service) as url:
        yield url
    service.close()


def ended(folder: Path, *words: str, shell: str = "", **variables: str) -> Ended:
    """Run the command in a folder; `shell` is put behind it, such as a redirection."""
    command = ["bash", "-c", f'exec "$@" {shell}', "bash", program(), *words]
    one = subprocess.run(  # noqa: S603 - a program of our own
        command, cwd=folder, env=environment() | variables, capture_output=True, timeout=_LONGEST, check=False
    )
    return Ended(one.returncode, one.stdout.decode(errors="replace"), one.stderr.decode(errors="replace"))


def conformant(folder: Path) -> int:
    return ended(folder, "run", "-k", "create/any").status


def partial(folder: Path) -> int:
    with served() as url:
        return ended(folder, "run", "--target", url, *_TENANT).status


def partial_where_a_complete_outcome_is_required(folder: Path) -> int:
    with served() as url:
        one = ended(folder, "run", "--target", url, *_TENANT, "--require", "complete")
    assert "A complete outcome is required, and this one is partial.\n" in one.output
    return one.status


def not_conformant(folder: Path) -> int:
    with served(faulty.CATALOGUE["no-duplicates"]) as url:
        return ended(folder, "run", "--target", url, *_TENANT).status


def wrong_usage(folder: Path) -> int:
    return ended(folder, "run", "--timeout", "nan").status


def broken(folder: Path) -> int:
    return ended(folder, "run", "--target", "http://127.0.0.1:9", *_TENANT).status


def ended_by(number: Signals) -> Callable[[Path], int]:
    def run(folder: Path) -> int:
        one = run_until(number, SignalPlan(_TENANT, 100, before=False), folder)
        assert one.unaccounted == 0
        assert one.held > 0
        assert json.loads((folder / "report.json").read_bytes())["outcome"] == "broken"
        assert b"Traceback" not in one.output
        return one.status

    return run


ROWS: dict[str, tuple[Callable[[Path], int], ...]] = {
    "0": (conformant, partial),
    "1": (not_conformant, partial_where_a_complete_outcome_is_required),
    "2": (wrong_usage,),
    "3": (broken, ended_by(SIGINT)),
    "129": (ended_by(SIGHUP),),
    "143": (ended_by(SIGTERM),),
}


@pytest.mark.parametrize(("status", "case"), [(row, case) for row, cases in ROWS.items() for case in cases])
def test_a_row_of_the_table_holds(tmp_path: Path, status: str, case: Callable[[Path], int]) -> None:
    assert case(tmp_path) == int(status)


def test_the_table_has_these_rows() -> None:
    _, _, table = (_ROOT / "README.md").read_text("utf-8").partition("| exit status | meaning |")
    rows = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
    assert [one for row in rows for one in row.split(", ")] == list(ROWS)


def test_a_target_that_starts_late_is_waited_for(tmp_path: Path) -> None:
    service = embedded_service(CONTRACT, CREDENTIALS)
    with unused_url() as url:
        port = int(url.rpartition(":")[2])
    words = ("run", "--target", url, "-k", "create/201/ref", "--wait", "30", "--report-dir", "report")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(ended, tmp_path, *words)
        # The folder is made before the wait begins.
        while not (tmp_path / "report").is_dir() and not waiting.done():
            pass
        with serving(service, port=port):
            assert waiting.result().status == 0
    service.close()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932"])
def test_a_console_of_another_encoding_changes_no_status(tmp_path: Path, encoding: str) -> None:
    with served(faulty.CATALOGUE["no-duplicates"]) as url:
        one = ended(tmp_path, "run", "--target", url, *_TENANT, PYTHONIOENCODING=encoding)
    assert (one.status, "Traceback" in one.errors) == (1, False)


@pytest.mark.parametrize(
    "shell", ["2>&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", "> >(head -c 1)"]
)
def test_a_stream_that_cannot_be_written_changes_no_status(tmp_path: Path, shell: str) -> None:
    with served(faulty.CATALOGUE["no-duplicates"]) as url:
        one = ended(tmp_path, "run", "--target", url, *_TENANT, shell=shell)
    assert one.status == 1
    assert json.loads((tmp_path / "conformance-report" / "report.json").read_bytes())["outcome"] == "not conformant"


@pytest.mark.parametrize("command", [("list",), ("plan",), ("explain", "create/201/ref/unique")])
def test_a_reader_that_ends_early_is_no_problem(tmp_path: Path, command: tuple[str, ...]) -> None:
    whole = f'"{program()}" {" ".join(command)} | head -n 1'
    one = subprocess.run(  # noqa: S602 - a pipe of our own
        whole, shell=True, cwd=tmp_path, env=environment(), capture_output=True, timeout=_LONGEST, check=False
    )
    assert (one.returncode, one.stderr, one.stdout.count(b"\n")) == (0, b"", 1)


def test_a_folder_that_was_deleted_is_reported_in_a_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    one = subprocess.run(  # noqa: S603 - a program of our own
        ["/bin/sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh", program(), "list"],
        cwd=gone,
        env=environment(),
        capture_output=True,
        timeout=_LONGEST,
        check=False,
    )
    assert one.returncode == 2
    assert one.stderr == b"orders-conformance: the current folder is not there any more: change to another one\n"


# Bytes that a file may have: the header of a record has some 120,000, and it has one or two thousand a request.
@pytest.mark.parametrize("limit", [150_000, 250_000, 650_000])
def test_a_full_disk_ends_a_run_with_its_ledger_and_the_earlier_reports(tmp_path: Path, limit: int) -> None:
    folder = tmp_path / "conformance-report"
    folder.mkdir()
    earlier = render(records.save(folder / "record.jsonl", records.conformant()), folder)
    before = {path: path.read_bytes() for path in (folder / "record.jsonl", *earlier.files)}
    service = observable_service(CONTRACT, CREDENTIALS)
    with serving(service) as url:
        one = subprocess.run(  # noqa: S603 - a program of our own
            [sys.executable, "-c", _LIMITED, str(limit), program(), "run", "--target", url, *_TENANT],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
    service.close()
    (line,) = one.stderr.decode().splitlines()
    assert one.returncode == 3
    assert "cannot be written" in line
    ledger = tmp_path / "conformance-report" / "ledger.jsonl"
    assert missing_from_ledger(ledger, service) == []
    assert {path: path.read_bytes() for path in before} == before


# Limits the size of every file that the program writes, which then gets the same kind of error as on a full disk.
_LIMITED = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""
