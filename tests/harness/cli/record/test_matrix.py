"""`matrix`: runs side by side in three forms; what is no sound record is an error."""

from __future__ import annotations

import json

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.reports.record.writer import Writer
from tests.support.runs import CONTRACT, settings
from tests.support.terminal import Terminal


@pytest.fixture
def record(terminal: Terminal) -> str:
    """Make a record in the folder of the terminal, and return its name."""
    with Writer(terminal.folder / "record.jsonl") as writer:
        for event in dry_run(settings("tenant")).events:
            writer.write(event)
    return "record.jsonl"


def test_the_forms_show_the_same_runs(terminal: Terminal, record: str) -> None:
    text = terminal.type("matrix", record, record)
    assert (text.status, text.errors) == (0, "")
    assert text.output.startswith("run 1: embedded server, ")
    shown = json.loads(terminal.type("matrix", record, ".", "--format", "json").output)
    assert len(shown["runs"]) == 2
    assert terminal.type("matrix", record, "--format", "html", "--output", "m.html").output == ""
    assert "<h1>Verdicts of 1 run</h1>" in (terminal.folder / "m.html").read_text("utf-8")


def test_no_run_is_wrong_usage(terminal: Terminal) -> None:
    assert terminal.type("matrix").status == 2


def test_one_damaged_record_is_an_error(terminal: Terminal, record: str) -> None:
    first, _second, *others = (terminal.folder / record).read_bytes().splitlines(keepends=True)
    (terminal.folder / "other.jsonl").write_bytes(b"".join((first, *others)))
    said = terminal.type("matrix", record, "other.jsonl")
    assert said.status == 2
    assert "'other.jsonl' cannot be used: The record is damaged" in said.problem


def test_a_run_that_was_killed_is_shown_as_such(terminal: Terminal, record: str) -> None:
    content = (terminal.folder / record).read_bytes()
    for length in (len(content) - 20, len(content) // 2, len(content) // 4):
        (terminal.folder / "cut.jsonl").write_bytes(content[:length])
        said = terminal.type("matrix", "cut.jsonl", record)
        assert (said.status, said.errors) == (0, "")
        first, remark, second, *_rows = said.output.splitlines()
        assert first.endswith("broken")
        assert remark.startswith("  The record ends early")
        assert second.startswith("run 2: ")


def test_a_run_that_was_not_judged_again_is_shown_as_unverified(terminal: Terminal, record: str) -> None:
    content = (terminal.folder / record).read_bytes()
    of_before = CONTRACT.digest.replace("sha256:", "sha256:0")[:-1]
    events = [json.loads(line) for line in content.replace(CONTRACT.digest.encode(), of_before.encode()).splitlines()]
    with Writer(terminal.folder / "before.jsonl") as writer:
        for event in events:
            del event["previous"]
            writer.write(event)
    lines = terminal.type("matrix", "before.jsonl", record).output.splitlines()
    assert "not judged again: it was judged by another contract" in lines[1]
    assert f"Its contract is not that of the last run: version {CONTRACT.version} ({of_before})." in lines[2]
    assert lines[3].startswith("run 2: ")
