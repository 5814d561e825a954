"""No command leaves anything in the current folder but what it was asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import environment

pytestmark = pytest.mark.slow  # about 10 s of CPU: runs with random traffic, each in a process of its own

_LONGEST = 120.0
_COMMAND = "from orders_conformance.harness.cli.start import start; start()"
_SUITE = ("-m", "pytest", "--pyargs", "orders_conformance.conformance", "-q")
# Only what random traffic is sent for.
_RANDOM = ("--profile", "ci", "-k", "schemathesis")


def left_by(folder: Path, *words: str) -> set[str]:
    """Start Python with some words in an empty folder; name what is in the folder then."""
    folder.mkdir()
    ended = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, *words], cwd=folder, env=environment(), capture_output=True, timeout=_LONGEST, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return {path.name for path in folder.iterdir()}


def test_a_run_with_random_traffic_leaves_its_report_folder(tmp_path: Path) -> None:
    words = ("-c", _COMMAND, "run", "--seed", "1", *_RANDOM)
    assert left_by(tmp_path / "empty", *words) == {"conformance-report"}


@pytest.mark.parametrize(
    "words", [("plan", *_RANDOM), ("selfcheck", "--drawn", "1", "--profile", "tenant")], ids=lambda words: words[0]
)
def test_a_command_that_writes_no_report_leaves_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert left_by(tmp_path / "empty", "-c", _COMMAND, *words) == set()


def test_pytest_on_the_suite_leaves_its_report_folder(tmp_path: Path) -> None:
    assert left_by(tmp_path / "empty", *_SUITE, "--report-dir", "reports", *_RANDOM) == {"reports"}


def test_the_cache_of_pytest_is_kept_where_an_option_needs_it(tmp_path: Path) -> None:
    options = ("--report-dir", "reports", "--profile", "tenant", "-k", "ref/type", "--failed-first")
    assert left_by(tmp_path / "empty", *_SUITE, *options) == {"reports", ".pytest_cache"}
