"""The plugin is active only in sessions that run the conformance suite."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import environment

pytestmark = pytest.mark.slow  # about 10 s of CPU: each test starts a pytest of its own

_ROOT = Path(__file__).parents[2]
_SUITE = ("--pyargs", "orders_conformance.conformance")
_LONGEST = 120.0
# A plugin that tells which modules of the suite a session has imported.
_IMPORTED = """
import sys

def pytest_unconfigure():
    print("imported:", *sorted(name for name in sys.modules if "conformance" in name or "harness" in name))
"""


def pytest_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Start pytest in a folder, with the suite importable from it."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    paths = {"PYTHONPATH": str(_ROOT / "src")}
    return subprocess.run(  # noqa: S603 - a program of our own
        command, cwd=folder, env=environment() | paths, capture_output=True, text=True, timeout=_LONGEST, check=False
    )


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A project of others, whose own option is named like one of ours, with fixtures of the same names as ours."""
    (tmp_path / "conftest.py").write_text(
        "import pytest\n"
        "def pytest_addoption(parser): parser.addoption('--target')\n"
        "@pytest.fixture\n"
        "def requirement(): return 1\n"
        "@pytest.fixture\n"
        "def verdict(): return 2\n",
        encoding="utf-8",
    )
    (tmp_path / "test_foreign.py").write_text(
        "def test_own_option(request): assert request.config.getoption('--target') == 'x'\n"
        "def test_own_fixtures(requirement, verdict): assert (requirement, verdict) == (1, 2)\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_foreign_project_keeps_its_own_options_and_fixtures(foreign: Path) -> None:
    ended = pytest_in(foreign, "--target", "x", "-W", "error")
    assert (ended.returncode, ended.stdout.splitlines()[-1].partition(" in ")[0]) == (0, "2 passed")


def test_a_foreign_session_imports_next_to_nothing_of_the_suite(foreign: Path) -> None:
    (foreign / "imported.py").write_text(_IMPORTED, encoding="utf-8")
    ended = pytest_in(foreign, "--target", "x", "-p", "imported")
    line = next(line for line in ended.stdout.splitlines() if line.startswith("imported:"))
    ours = ["orders_conformance", "orders_conformance.harness", "orders_conformance.harness.pytest_plugin"]
    assert line.split()[1:] == ours


def test_tests_of_others_may_have_parameters_of_the_same_names_in_one_session(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize(('requirement', 'verdict'), [(1, 2)])\n"
        "def test_both(requirement, verdict): assert (requirement, verdict) == (1, 2)\n"
        "@pytest.mark.parametrize('verdict', [2])\n"
        "def test_one(verdict): assert verdict == 2\n",
        encoding="utf-8",
    )
    ended = pytest_in(tmp_path, "test_own.py", *_SUITE, "--profile", "tenant", "-k", "test_both or test_one or no-5xx")
    assert (ended.returncode, ended.stdout.splitlines()[-1].partition(",")[0]) == (0, "3 passed"), ended.stdout


def test_an_option_of_the_same_name_beside_the_suite_is_reported_in_a_line(foreign: Path) -> None:
    ended = pytest_in(foreign, *_SUITE, "--target", "x")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--target" in ended.stderr
    assert "--noconftest" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_suite_runs_by_its_package_from_an_empty_folder_and_is_imported_once(tmp_path: Path) -> None:
    (tmp_path / "imported.py").write_text(_IMPORTED, encoding="utf-8")
    words = ("--profile", "tenant", "-k", "no-5xx", "-p", "imported")
    ended = pytest_in(tmp_path, *_SUITE, *words)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout
    line = next(line for line in ended.stdout.splitlines() if line.startswith("imported:"))
    suite = [name for name in line.split() if name.endswith("test_requirements")]
    assert suite == ["orders_conformance.conformance.test_requirements"]
    assert (tmp_path / "conformance-report" / "record.jsonl").is_file()


def test_a_session_on_the_suite_makes_one_run_whatever_the_number_of_workers(tmp_path: Path) -> None:
    ended = pytest_in(tmp_path, *_SUITE, "--profile", "tenant", "-k", "no-5xx", "-n", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ledger = (tmp_path / "conformance-report" / "ledger.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["type"] for line in ledger.splitlines()].count("run") == 1
