"""`matrix`: runs side by side in three forms; what is no sound record is an error."""

from __future__ import annotations

import json

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.reports.record.writer import Writer
from tests.support.runs import settings
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
    content = (terminal.folder / record).read_bytes()
    (terminal.folder / "cut.jsonl").write_bytes(content[:-20])
    said = terminal.type("matrix", record, "cut.jsonl")
    assert said.status == 2
    assert "'cut.jsonl' cannot be used: The record ends early" in said.problem
