"""Rendering a record again: a complete one has the outcome of its run, a cut one is broken, with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.service import Service
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import CutRecordError
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.summary import summarise
from orders_conformance.reports.write import FORMATS
from tests.support.runs import CONTRACT, CREDENTIALS, settings
from tests.support.terminal import Terminal

REPORTS = {*FORMATS, "manifest.json"}
# A requirement that few exchanges test, so that the record is small.
FEW = next(name for name in CONTRACT.requirements if name.endswith("any/no-5xx"))


def recorded(path: Path, kind: type[Service] = Service, *, narrow: bool = True) -> bytes:
    """Write the record of a real run, which is small where it is narrowed to one requirement."""
    chosen = settings("tenant")
    if narrow:
        chosen = replace(chosen, selected=(FEW,), scripts=frozenset(("nothing but the preflight",)))
    with Writer(path) as writer:
        for event in dry_run(chosen, kind).events:
            writer.write(event)
    return path.read_bytes()


def test_a_record_cut_at_any_byte_is_reported_as_broken_with_the_reason(
    tmp_path: Path, show_figure: Callable[[str], None]
) -> None:
    whole = recorded(tmp_path / "whole.jsonl")
    assert summarise(read(tmp_path / "whole.jsonl"))["outcome"] == "partial"
    path = tmp_path / "record.jsonl"
    with path.open("wb", buffering=0) as file:
        for length in range(len(whole) - 1):
            # The file now has this many bytes.
            if length < whole.index(b"\n"):
                with pytest.raises(CutRecordError, match="ends within its header: the run was stopped at its start"):
                    read(path)
            else:
                report = summarise(read(path))
                assert report["outcome"] == "broken"
                assert "there is no footer, so the run did not end" in report["reason"]
            file.write(whole[length : length + 1])
    show_figure(f"record: cut at {len(whole) - 1} positions")


def test_a_record_cut_at_either_side_of_a_line_is_rendered(terminal: Terminal) -> None:
    path = terminal.folder / "record.jsonl"
    whole = recorded(path)
    ends = [at for at, byte in enumerate(whole[:-1]) if byte == ord("\n")]
    for length in chain.from_iterable((end - 1, end, end + 1, end + 2) for end in ends):
        path.write_bytes(whole[:length])
        said = terminal.type("report", "record.jsonl")
        assert said.status == 3
        if length < ends[0]:
            assert "ends within its header" in said.problem
        else:
            assert "there is no footer, so the run did not end" in said.why
            assert json.loads((terminal.folder / "report.json").read_bytes())["outcome"] == "broken"


def test_responses_before_the_end_are_in_the_report(terminal: Terminal) -> None:
    path = terminal.folder / "record.jsonl"
    whole = recorded(path, CATALOGUE["ref-empty"], narrow=False)
    found = whole.index(b'{"type":"finding"')
    path.write_bytes(whole[: whole.index(b"\n", found) + 1])
    said = terminal.type("report", "record.jsonl")
    failed = [line for line in said.output.splitlines() if line.startswith("  failed ")]
    assert (said.status, len(failed)) == (3, 1)


@pytest.mark.parametrize(("kind", "status"), [(Service, 0), (CATALOGUE["ref-empty"], 1)])
def test_a_whole_record_ends_as_its_run_did(terminal: Terminal, kind: type[Service], status: int) -> None:
    recorded(terminal.folder / "record.jsonl", kind, narrow=False)
    assert terminal.type("report", "record.jsonl").status == status


def test_the_reports_go_beside_the_record(terminal: Terminal) -> None:
    (terminal.folder / "below").mkdir()
    recorded(terminal.folder / "below" / "record.jsonl")
    said = terminal.type("report", "below/record.jsonl")
    assert (said.status, said.output.splitlines()[-1]) == (0, "Report: below/report.html")
    assert {path.name for path in (terminal.folder / "below").iterdir()} == {"record.jsonl", *REPORTS}


def test_the_reports_go_into_the_given_folder(terminal: Terminal) -> None:
    recorded(terminal.folder / "record.jsonl")
    assert terminal.type("report", "record.jsonl", "--report-dir", "new").status == 0
    assert {path.name for path in (terminal.folder / "new").iterdir()} == REPORTS


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (None, 2, "'record.jsonl' cannot be read"),
        (b"", 3, "'record.jsonl' ends within its header: the run was stopped at its start; run it again"),
        (b'{"type":"hea', 3, "ends within its header"),
        (b"hello", 2, "does not start with a header"),
        (b"{}\n", 2, "does not start with a header"),
    ],
)
def test_a_file_that_is_no_record_is_reported_in_one_line_and_leaves_no_report(
    terminal: Terminal, content: bytes | None, status: int, told: str
) -> None:
    if content is not None:
        (terminal.folder / "record.jsonl").write_bytes(content)
    said = terminal.type("report", "record.jsonl")
    assert said.status == status
    assert told in said.problem
    assert not REPORTS & {path.name for path in terminal.folder.iterdir()}


@pytest.mark.parametrize("form", Redactor(CREDENTIALS).forms)
def test_a_secret_in_a_record_is_reported_and_not_repeated(terminal: Terminal, form: str) -> None:
    path = terminal.folder / "record.jsonl"
    path.write_bytes(recorded(path).replace(b'"probe":"', b'"probe":"' + form.encode()))
    said = terminal.type("report", "record.jsonl")
    assert said.status == 3
    assert "'record.jsonl' holds a secret: delete it" in said.problem
    assert form not in said.errors


def test_a_report_needs_no_credentials(terminal: Terminal) -> None:
    recorded(terminal.folder / "record.jsonl")
    for name in ("ORDERS_CLIENT_KEY", "ORDERS_API_TOKEN"):
        terminal.monkeypatch.delenv(name)
    assert terminal.type("report", "record.jsonl").status == 0
