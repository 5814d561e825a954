"""A run on a CI system, which its environment names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orders_conformance.harness.cli.console.ci import tell
from orders_conformance.reports.write import Rendered, render
from tests.support import records

GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def rendered(tmp_path: Path) -> Rendered:
    """Write the reports of a run in which requirements failed."""
    folder = tmp_path / "conformance-report"
    folder.mkdir()
    return render(records.save(folder / "record.jsonl", records.nonconformant()), folder)


def test_a_user_sees_neither_commands_nor_marks(rendered: Rendered, capsys: pytest.CaptureFixture[str]) -> None:
    tell(rendered, None, {"GITHUB_ACTIONS": "", "GITLAB_CI": ""})
    output = capsys.readouterr().out
    assert "failed must   create/409/duplicate" in output
    assert "::error" not in output
    assert "section_start" not in output


def test_github_gets_annotations_before_the_lines_of_a_user(
    rendered: Rendered, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(rendered, None, GITHUB)
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith("::error") for line in lines] == [True] * 3 + [False] * (len(lines) - 3)
    assert lines[-1].startswith("Report: ")


def test_gitlab_gets_the_details_in_a_section_and_the_outcome_below_it(
    rendered: Rendered, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(rendered, None, {"GITLAB_CI": "true"})
    before, _, after = capsys.readouterr().out.partition("section_end")
    assert before.startswith("\x1b[0Ksection_start:")
    assert "failed must   create/409/duplicate" in before
    assert "Not conformant: 3 requirements" in after


def test_the_summary_of_the_job_is_added_to(rendered: Rendered, tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("Of another step.\n", encoding="utf-8")
    tell(rendered, None, {**GITHUB, "GITHUB_STEP_SUMMARY": str(path)})
    assert path.read_text("utf-8").startswith("Of another step.\n### ")
    assert "<tt>conformance&#45;report</tt>" in path.read_text("utf-8")


def linked(path: Path) -> None:
    path.with_name("other.md").touch()
    path.symlink_to("other.md")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, linked, lambda _path: None])
def test_what_is_no_regular_file_is_not_written_to(
    rendered: Rendered, tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], None]
) -> None:
    path = tmp_path / "summary.md"
    make(path)
    tell(rendered, None, {**GITHUB, "GITHUB_STEP_SUMMARY": str(path)})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"orders-conformance: the job summary '{path}' was not written (")
    assert not any(one.stat().st_size for one in tmp_path.glob("*.md") if one.is_file())


def test_a_device_is_not_written_to(rendered: Rendered, capsys: pytest.CaptureFixture[str]) -> None:
    tell(rendered, None, {**GITHUB, "GITHUB_STEP_SUMMARY": os.devnull})
    assert "(it is no regular file)" in capsys.readouterr().err
