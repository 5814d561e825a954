"""The report as PDF, made by WeasyPrint and read back by pypdf."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from orders_conformance.reports.page import pdf
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record
from orders_conformance.reports.summary import summarise
from orders_conformance.reports.write import OPTIONAL, render
from tests.support import records

pytestmark = pytest.mark.slow  # a minute of CPU: WeasyPrint lays out eight small reports

# What a PDF could do beyond showing pages (ISO 32000-1, 12.6.4): run a script, open another document, start a program.
ACTIVE = {"/JS", "/JavaScript", "/URI", "/Launch", "/GoToR", "/SubmitForm", "/AcroForm", "/EmbeddedFiles", "/AA"}
# Makes the PDF of a record, as another process: `python -c SCRIPT RECORD PDF`.
SCRIPT = """
import sys
from pathlib import Path
from orders_conformance.reports.page.pdf import document
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import summarise
Path(sys.argv[2]).write_bytes(document(summarise(read(Path(sys.argv[1])))))
"""


def recorded(folder: Path, events: list[records.Event]) -> Record:
    return read(records.save(folder / "record.jsonl", events))


@pytest.fixture(scope="module", params=["nonconformant", "hostile"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    """Return the PDF of one record after the other."""
    folder = tmp_path_factory.mktemp("pdf")
    path = folder / pdf.NAME
    path.write_bytes(pdf.document(summarise(recorded(folder, getattr(records, request.param)()))))
    return PdfReader(path)


def words(reader: PdfReader) -> str:
    """Return the text of a PDF without blanks, which depend on where lines are broken."""
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def keys(reader: PdfReader) -> set[str]:
    """Return the keys of all dictionaries of a PDF, and the names that are the kind of an action."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, DictionaryObject):
            found.update(str(key) for key in value)
            found.update(str(value[name]) for name in ("/S", "/Subtype") if name in value)
            for one in dict.values(value):
                walk(one)
        elif isinstance(value, ArrayObject):
            for one in list.__iter__(value):
                walk(one)

    size: Any = reader.trailer["/Size"]
    for number in range(1, size):
        walk(reader.get_object(IndirectObject(number, 0, reader)))
    return found


def test_each_page_names_the_run_and_its_number_of_all(made: PdfReader) -> None:
    run = records.header()["run"]
    for number, page in enumerate(made.pages, start=1):
        text = " ".join(page.extract_text().split())
        assert f"run {run}" in text
        assert f"{number} of {len(made.pages)}" in text


def test_it_says_what_failed_and_where_the_exchanges_are(made: PdfReader) -> None:
    text = words(made)
    assert "Notconformant:" in text
    assert "Theexchangesarenotinthisfile" in text
    assert "record.jsonl" in text


def test_it_has_the_steps_of_a_failure_and_every_requirement(tmp_path: Path) -> None:
    report = summarise(recorded(tmp_path, records.nonconformant()))
    (tmp_path / pdf.NAME).write_bytes(pdf.document(report))
    text = words(PdfReader(tmp_path / pdf.NAME))
    assert "Step1.Send" in text
    assert [one["id"] for one in report["requirements"] if one["id"] not in text] == []


def test_it_runs_nothing_and_leads_to_nothing_outside(made: PdfReader) -> None:
    assert keys(made) & ACTIVE == set()


def test_a_link_of_the_page_to_the_outside_is_none_in_the_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "<title>x</title><a href='https://a.example/'>out</a><a href='#b'>in</a><a href='#c'>nowhere</a><p id=b>x</p>"
    )
    monkeypatch.setattr(pdf, "page", lambda *_one, **_options: text)
    (tmp_path / pdf.NAME).write_bytes(pdf.document(summarise(recorded(tmp_path, records.conformant()))))
    reader = PdfReader(tmp_path / pdf.NAME)
    assert keys(reader) & ACTIVE == set()
    links: Any = reader.pages[0]["/Annots"]
    assert len(links) == 1


def test_it_leads_from_a_cause_to_its_card(made: PdfReader) -> None:
    assert "/Dests" in keys(made)


def test_it_is_tagged_and_names_language_and_title(made: PdfReader) -> None:
    root: Any = made.root_object
    assert root["/MarkInfo"] == {"/Marked": True}
    assert root["/Lang"] == "en"
    assert made.metadata is not None
    assert str(made.metadata.title).startswith("Not conformant: ")
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()


def test_its_time_is_that_of_the_run(made: PdfReader) -> None:
    assert made.metadata is not None
    assert made.metadata.creation_date is not None
    assert made.metadata.creation_date.isoformat().startswith(records.footer()["ended_at"][:19])


def test_markup_of_a_server_is_text(tmp_path: Path) -> None:
    path = tmp_path / pdf.NAME
    path.write_bytes(pdf.document(summarise(recorded(tmp_path, records.hostile()))))
    assert "<script>" in words(PdfReader(path))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listen on a port, and accept nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


def test_nothing_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: socket.socket) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    secret = tmp_path / "secret.css"
    secret.write_text("p::after { content: 'from a file' }", "utf-8")
    text = (
        f"<title>x</title><link rel=stylesheet href='{url}'><link rel=stylesheet href='{secret.as_uri()}'>"
        f"<style>@import url({url}); p {{ background: url({url}) }}</style><p>shown</p><img src='{url}' alt=''>"
    )
    monkeypatch.setattr(pdf, "page", lambda *_one, **_options: text)
    path = tmp_path / pdf.NAME
    path.write_bytes(pdf.document(summarise(recorded(tmp_path, records.conformant()))))
    assert words(PdfReader(path)) == "shown"
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_same_record_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    record = records.save(tmp_path / "record.jsonl", records.nonconformant())
    render(record, tmp_path / "ours", optional=OPTIONAL)
    other = {**os.environ, "TZ": "Pacific/Auckland", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", SCRIPT, record, tmp_path / "theirs.pdf"], check=True, env=other)  # noqa: S603 - our own
    assert (tmp_path / "ours" / pdf.NAME).read_bytes() == (tmp_path / "theirs.pdf").read_bytes()


def test_a_failure_with_many_findings_has_a_summary_of_at_most_ten_pages(tmp_path: Path) -> None:
    path = tmp_path / pdf.NAME
    path.write_bytes(pdf.document(summarise(recorded(tmp_path, records.large(exchanges=60)))))
    pages = ["".join(page.extract_text().split()) for page in PdfReader(path).pages]
    annex = next(number for number, text in enumerate(pages) if "Whatfailed,bycause" in text)
    assert 0 < annex <= 10


def test_the_library_is_imported_only_where_a_pdf_is_made() -> None:
    code = (
        "import sys; from orders_conformance.harness.cli import main; from orders_conformance.reports import write; "
        "from orders_conformance.harness.run.invocation import execute; print('weasyprint' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - our own
    assert said.stdout == "False\n"
