"""The command `selfcheck`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import orders_conformance.harness.selfcheck.learning
import orders_conformance.harness.selfcheck.matrix
from orders_conformance.harness.cli.main import cli
from orders_conformance.harness.selfcheck.learning import Comparison
from orders_conformance.harness.selfcheck.matrix import Matrix
from tests.support.matrices import both, matrix, subject, trial


def _came_to(monkeypatch: pytest.MonkeyPatch, found: Matrix) -> None:
    monkeypatch.setattr(orders_conformance.harness.selfcheck.matrix, "build_matrix", lambda _progress: found)


def test_files_are_written_and_then_not_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _came_to(monkeypatch, matrix())
    assert CliRunner().invoke(cli, ["selfcheck", "--docs", str(tmp_path)]).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"detection.md", "detection.json"}
    assert CliRunner().invoke(cli, ["selfcheck", "--check", "--docs", str(tmp_path)]).exit_code == 0


def test_check_writes_nothing_and_names_what_is_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _came_to(monkeypatch, matrix())
    result = CliRunner().invoke(cli, ["selfcheck", "--check", "--docs", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{tmp_path / 'detection.md'} is stale" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_learned_is_written_and_then_not_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = Comparison("rules", "odd", {}, 8, 9, 20, 3, ())
    monkeypatch.setattr(orders_conformance.harness.selfcheck.learning, "compare_all", lambda **_options: (one,))
    words = ["selfcheck", "--learning", "--docs", str(tmp_path)]
    assert CliRunner().invoke(cli, [*words, "--check"]).exit_code == 1
    assert list(tmp_path.iterdir()) == []
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert "| rules | odd |" in (tmp_path / "learning.md").read_text(encoding="utf-8")
    assert CliRunner().invoke(cli, [*words, "--check"]).exit_code == 0


def test_shortcoming_fails_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _came_to(monkeypatch, matrix(faulty=(subject("missed", both(trial())),)))
    result = CliRunner().invoke(cli, ["selfcheck", "--docs", str(tmp_path)])
    assert result.exit_code == 1
    assert "ci finds 66.7 % of the faulty servers, not 100 %" in result.stderr
