"""Imports run one way: import-linter keeps the contracts of pyproject.toml, and a forbidden import fails it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "orders_conformance"
_LONGEST = 60.0
# A module, and what it may not import: one pair at least for each contract, and one for each pair of neighbouring
# packages that is tempting.
FORBIDDEN = (
    ("spec/contract.py", "strategies.probe"),
    ("strategies/probe.py", "harness.messages.exchange"),
    ("strategies/credentials.py", "mock.service"),
    ("harness/errors.py", "harness.messages.exchange"),
    ("harness/inputs/deviations.py", "harness.client.http"),
    ("harness/oracle/oracle.py", "harness.engine.engine"),
    ("harness/engine/engine.py", "harness.diagnosis.reduce"),
    ("harness/run/run.py", "harness.cli.main"),
    ("harness/oracle/response/created.py", "mock.validation"),
    ("harness/engine/events.py", "mock.service"),
    ("mock/validation.py", "harness.oracle.response.created"),
    ("mock/faulty/price.py", "strategies.values.unusual"),
    ("reports/summary.py", "spec.contract"),
    ("reports/record/writer.py", "harness.verdicts.tally"),
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts in a folder of their own, with no link into this checkout."""
    shutil.copytree(ROOT / "src" / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a folder on the package that lies there."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=_LONGEST,
        check=False,
    )


def add_import(folder: Path, module: str, imported: str) -> None:
    """Let a module import another one, both of which are there."""
    assert (folder / PACKAGE / f"{imported.replace('.', '/')}.py").is_file()
    path = folder / PACKAGE / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\nimport {PACKAGE}.{imported}\n", encoding="utf-8")


def told(ended: subprocess.CompletedProcess[str]) -> str:
    """Return what it wrote, on one line: it wraps long lines."""
    return " ".join(ended.stdout.split())


def test_every_import_is_allowed(copy: Path) -> None:
    ended = lint_imports(copy)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_forbidden_import_fails(copy: Path) -> None:
    add_import(copy, "reports/summary.py", "spec.contract")
    ended = lint_imports(copy)
    assert ended.returncode == 1
    assert f"{PACKAGE}.reports.summary -> {PACKAGE}.spec.contract" in told(ended)


def test_imports_are_forbidden_in_every_direction_but_one(copy: Path) -> None:
    for module, imported in FORBIDDEN:
        add_import(copy, module, imported)
    output = told(lint_imports(copy))
    lines = [
        f"{PACKAGE}.{module.removesuffix('.py').replace('/', '.')} -> {PACKAGE}.{name}" for module, name in FORBIDDEN
    ]
    assert [line for line in lines if line not in output] == []


def test_a_new_room_needs_a_place_in_the_order(copy: Path) -> None:
    (copy / PACKAGE / "harness" / "attic.py").write_text('"""A module that no layer lists."""\n', encoding="utf-8")
    ended = lint_imports(copy)
    assert ended.returncode == 1
    assert "attic" in told(ended)
