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


def test_every_import_is_allowed(copy: Path) -> None:
    ended = lint_imports(copy)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("spec/contract.py", "strategies.probe"),
        ("strategies/probe.py", "harness.exchange"),
        ("strategies/probe.py", "mock.service"),
        ("harness/errors.py", "harness.exchange"),
        ("harness/inputs/deviations.py", "harness.client.http"),
        ("harness/oracle/oracle.py", "harness.engine.engine"),
        ("harness/engine/engine.py", "harness.diagnosis.reduce"),
        ("harness/run/run.py", "harness.cli.main"),
        ("harness/oracle/created.py", "mock.validation"),
        ("harness/engine/engine.py", "mock.service"),
        ("mock/validation.py", "harness.oracle.created"),
        ("mock/faulty/price.py", "strategies.values.unusual"),
        ("reports/summary.py", "spec.contract"),
        ("reports/record/writer.py", "harness.verdicts.tally"),
    ],
)
def test_a_forbidden_import_fails(copy: Path, module: str, imported: str) -> None:
    assert (copy / PACKAGE / f"{imported.replace('.', '/')}.py").is_file()
    with (copy / PACKAGE / module).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {PACKAGE}.{imported}\n")
    ended = lint_imports(copy)
    assert ended.returncode == 1
    line = f"{PACKAGE}.{module.removesuffix('.py').replace('/', '.')} -> {PACKAGE}.{imported}"
    assert line in " ".join(ended.stdout.split())


def test_a_new_room_needs_a_place_in_the_order(copy: Path) -> None:
    (copy / PACKAGE / "harness" / "attic.py").write_text('"""A room that nobody has ordered."""\n', encoding="utf-8")
    ended = lint_imports(copy)
    assert ended.returncode == 1
    assert "attic" in ended.stdout
