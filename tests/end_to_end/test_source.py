"""The reader's copy of the vendor's page: quoted in the reports, named by its digest, in no record."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

PAGE = (Path(__file__).parents[1] / "spec" / "page" / "page.txt").read_bytes()
DIGEST = f"sha256:{sha256(PAGE).hexdigest()}"
WORDS = "in words of our own"
FEW = ("run", "--profile", "tenant", "-k", "request/price/type")


@pytest.fixture
def page(terminal: Terminal) -> str:
    """Save the page in the folder of the terminal, and return its name."""
    (terminal.folder / "page.txt").write_bytes(PAGE)
    return "page.txt"


def test_a_run_quotes_the_page_and_can_be_verified_with_it(terminal: Terminal, page: str) -> None:
    assert terminal.type(*FEW, "--source", page).status == 0
    folder, report = terminal.folder / "conformance-report", terminal.report()
    header = json.loads((folder / "record.jsonl").read_bytes().splitlines()[0])
    assert header["page"] == report["page"] == DIGEST
    (one,) = report["requirements"]
    assert "What price is for, in words of our own." in one["quote"]
    assert WORDS not in (folder / "record.jsonl").read_text()
    assert WORDS in (folder / "report.md").read_text("utf-8")
    assert terminal.type("verify", "conformance-report", "--source", page).status == 0
    without = terminal.type("verify", "conformance-report")
    assert without.status == 1
    assert "name the copy of the run with --source" in without.output


def test_without_a_copy_the_reports_have_the_exact_sources(terminal: Terminal) -> None:
    assert terminal.type(*FEW).status == 0
    (one,) = terminal.report()["requirements"]
    assert (terminal.report()["page"], one["quote"]) == (None, None)
    assert one["sources"][0] | {"title": "", "url": "", "read": ""} == {
        "document": "page",
        "title": "",
        "section": "Request fields",
        "field": "price",
        "part": "type",
        "kind": "stated",
        "url": "",
        "read": "",
    }
    assert terminal.type("verify", "conformance-report").status == 0


def test_a_report_is_written_again_with_quotes(terminal: Terminal, page: str) -> None:
    assert terminal.type(*FEW).status == 0
    assert terminal.type("report", "conformance-report/record.jsonl", "--source", page).status == 0
    assert terminal.report()["page"] == DIGEST
    assert WORDS in terminal.report()["requirements"][0]["quote"]


def test_another_page_than_that_of_the_run_is_an_error(terminal: Terminal, page: str) -> None:
    assert terminal.type(*FEW, "--source", page).status == 0
    (terminal.folder / "other.txt").write_bytes(PAGE + b"\n")
    said = terminal.type("report", "conformance-report/record.jsonl", "--source", "other.txt")
    assert said.status == 2
    assert f"'other.txt' is not the page of the run, which is {DIGEST}" in said.problem


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read"), (b"hello", "no page of the vendor's form")])
def test_what_is_no_page_is_an_error_before_anything_is_sent(
    terminal: Terminal, content: bytes | None, why: str
) -> None:
    if content is not None:
        (terminal.folder / "page.txt").write_bytes(content)
    said = terminal.type(*FEW, "--source", "page.txt")
    assert said.status == 2
    assert why in said.problem
    assert not (terminal.folder / "conformance-report").exists()


def test_hostile_words_of_a_page_form_no_markup(terminal: Terminal) -> None:
    hostile = PAGE.replace(b"What price is for", b"<script>@all</script> [x](http://e.example)")
    (terminal.folder / "page.txt").write_bytes(hostile)
    assert terminal.type(*FEW, "--source", "page.txt").status == 0
    markdown = (terminal.folder / "conformance-report" / "report.md").read_text("utf-8")
    assert "<script" not in markdown
    assert "@" not in markdown
    assert "](http" not in markdown
