"""`compare`: its exit statuses and forms; a damaged or forged record is an error of one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders_conformance.harness.cli.record.reading import sound_record
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.service import Service
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.writer import Writer
from tests.support.runs import settings
from tests.support.terminal import Terminal

FAULTY = "ref-empty"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the records of two runs in the profile `tenant`: of the embedded server, and of a faulty one."""
    folder = tmp_path_factory.mktemp("runs")
    servers: dict[str, type[Service]] = {"good": Service, "bad": CATALOGUE[FAULTY]}
    for name, kind in servers.items():
        (folder / name).mkdir()
        with Writer(folder / name / "record.jsonl") as writer:
            for event in dry_run(settings("tenant"), kind).events:
                writer.write(event)
    return folder


@pytest.mark.parametrize(
    ("names", "status", "told"),
    [
        (("good", "good"), 0, "no difference; "),
        (("good", "bad"), 1, " regressed"),
        (("bad", "good"), 0, " mended"),
        (("bad", "bad"), 0, "no difference; "),
    ],
)
def test_the_status_says_whether_a_requirement_regressed(
    terminal: Terminal, runs: Path, names: tuple[str, str], status: int, told: str
) -> None:
    old, new = names
    said = terminal.type("compare", str(runs / old), str(runs / new / "record.jsonl"))
    assert (said.status, said.errors) == (status, "")
    assert told in said.output.splitlines()[-1]


def test_json_and_html_are_written_into_a_file(terminal: Terminal, runs: Path) -> None:
    words = ("compare", str(runs / "good"), str(runs / "bad"))
    assert terminal.type(*words, "--format", "json", "--output", "c.json").status == 1
    found = json.loads((terminal.folder / "c.json").read_bytes())
    assert "create/201/ref/type" in [one["requirement"] for one in found["regressed"]]
    assert terminal.type(*words, "--format", "html", "--output", "c.html").status == 1
    assert (terminal.folder / "c.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert json.loads(terminal.type(*words, "--format", "json").output) == found


def test_a_file_that_cannot_be_written_is_an_error(terminal: Terminal, runs: Path) -> None:
    said = terminal.type("compare", str(runs / "good"), str(runs / "bad"), "--output", "missing/c.txt")
    assert said.status == 2
    assert "cannot be written (No such file or directory)" in said.problem


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        (None, 2, "cannot be read"),
        (b"", 3, "ends within its header"),
        (b"hello\n", 2, "does not start with a header"),
        (b"\xff\xfe\n", 2, "does not start with a header"),
    ],
)
def test_a_file_that_is_no_record_is_an_error(
    terminal: Terminal, runs: Path, content: bytes | None, status: int, why: str
) -> None:
    if content is not None:
        (terminal.folder / "record.jsonl").write_bytes(content)
    for words in (("record.jsonl", str(runs / "good")), (str(runs / "good"), "record.jsonl")):
        said = terminal.type("compare", *words)
        assert said.status == status
        assert why in said.problem


def test_a_damaged_record_is_an_error(terminal: Terminal, runs: Path) -> None:
    lines = (runs / "bad" / "record.jsonl").read_bytes().splitlines(keepends=True)
    (terminal.folder / "record.jsonl").write_bytes(b"".join(lines[:5] + lines[6:]))
    said = terminal.type("compare", str(runs / "good"), "record.jsonl")
    assert said.status == 2
    assert "The record is damaged: " in said.problem


def forged(path: Path, to: Path) -> None:
    """Write a record again as if nothing had failed, with a chain that fits."""
    names = {one["id"] for one in read(path).findings}
    with Writer(to) as writer:
        for line in path.read_bytes().splitlines():
            event = json.loads(line)
            event.pop("previous")
            match event["type"]:
                case "finding":
                    continue
                case "exchange":
                    event["findings"] = [one for one in event["findings"] if one not in names]
                case "verdict" if event["verdict"] == "failed":
                    event |= {"verdict": "passed", "against": 0, "lead": None, "in_common": None}
                case "footer":
                    event |= {"outcome": "partial", "reason": "A part was not tested."}
            writer.write(event)


def test_a_forged_record_is_an_error(terminal: Terminal, runs: Path) -> None:
    path = terminal.folder / "record.jsonl"
    forged(runs / "bad" / "record.jsonl", path)
    assert read(path).damage is None
    with pytest.raises(InvalidInputError, match="contradicts its exchanges"):
        sound_record(path, None)
    said = terminal.type("compare", str(runs / "good"), "record.jsonl")
    assert said.status == 2
    assert "contradicts its exchanges" in said.problem


def test_a_broken_run_is_never_green(terminal: Terminal, runs: Path) -> None:
    assert terminal.type("run", "--max-requests", "20", "-k", "any/no-5xx").status == 3
    assert terminal.type("compare", str(runs / "good"), "conformance-report").status == 3
