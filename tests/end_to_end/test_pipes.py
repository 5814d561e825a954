"""A reader that ends early, such as `head -1`, ends no command with a complaint, and changes no exit status."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.service import Service
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.write import render
from tests.support.command import environment, program
from tests.support.runs import settings

pytestmark = pytest.mark.slow  # 1 s each: a process that is waited for

PAGE = Path(__file__).parents[1] / "spec" / "page" / "page.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the reports of two runs: of the embedded server, and of a faulty one."""
    folder = tmp_path_factory.mktemp("runs")
    servers: dict[str, type[Service]] = {"good": Service, "bad": CATALOGUE["ref-empty"]}
    for name, kind in servers.items():
        record = folder / name / "record.jsonl"
        record.parent.mkdir()
        with Writer(record) as writer:
            for event in dry_run(settings("tenant"), kind).events:
                writer.write(event)
        render(record, record.parent)
    return folder


def piped(folder: Path, words: list[str], *, lines: int) -> tuple[int, bytes]:
    """Run a command whose reader closes the pipe after some lines; return its exit status and its errors."""
    with subprocess.Popen(  # noqa: S603 - a program of our own
        [program(), *words], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    return process.returncode, errors


@pytest.mark.parametrize("lines", [0, 1])
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("list", 0),
        ("list --json", 0),
        ("explain create/409/duplicate", 0),
        ("contract --format openapi-3.0", 0),
        (f"source {PAGE}", 0),
        ("plan --profile tenant", 0),
        ("plan --profile tenant --json", 0),
        ("run --profile tenant -k 401/http-status", 0),
        ("run --profile tenant -k 401/http-status --verbose", 0),
        ("report bad", 1),
        ("verify good", 0),
        ("compare good bad", 1),
        ("compare good bad --format json", 1),
        ("matrix good bad", 0),
        ("learn good", 0),
        ("--help", 0),
        ("run --help", 0),
        ("--version", 0),
    ],
)
def test_a_pipe_that_is_closed_early_is_no_error(folder: Path, command: str, status: int, lines: int) -> None:
    assert piped(folder, command.split(), lines=lines) == (status, b"")
