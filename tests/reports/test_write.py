"""The files of a report are written completely or not at all."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from orders_conformance.reports.record.types import RecordError
from orders_conformance.reports.write import FORMATS, ReportError, render
from tests.support import records
from tests.support.timing import processor_time


def test_the_reports_are_written_into_a_folder_that_is_made(tmp_path: Path) -> None:
    path = records.save(tmp_path / "record.jsonl", records.nonconformant())
    rendered = render(path, tmp_path / "new" / "folder")
    assert json.loads(rendered.paths["report.json"].read_text("utf-8")) == json.loads(json.dumps(rendered.report))
    assert rendered.html.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert ET.parse(rendered.paths["junit.xml"]).getroot().tag == "testsuites"  # noqa: S314 - our own document
    assert {each.name for each in rendered.html.parent.iterdir()} == {*FORMATS, "manifest.json"} == set(rendered.paths)


def test_every_file_that_is_written_is_listed(tmp_path: Path) -> None:
    rendered = render(records.save(tmp_path / "record.jsonl", records.nonconformant()), tmp_path / "new")
    assert set(rendered.files) == set((tmp_path / "new").iterdir())


def test_hostile_text_survives_in_the_json_and_is_plain_ascii(tmp_path: Path) -> None:
    rendered = render(records.save(tmp_path / "record.jsonl", records.hostile()), tmp_path)
    content = rendered.paths["report.json"].read_bytes()
    assert content.isascii()
    assert records.HOSTILE_TEXT in json.loads(content)["notes"]


def test_the_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    path = records.save(tmp_path / "record.jsonl", records.nonconformant())
    first, second = (render(path, tmp_path / name) for name in ("first", "second"))
    for one, other in zip(first.files, second.files, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_folder_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    path = records.save(tmp_path / "record.jsonl", records.conformant())
    with pytest.raises(ReportError, match=r"cannot be written to '.*': Not a directory; name") as refusal:
        render(path, path / "folder")
    assert "\n" not in str(refusal.value)


def test_an_earlier_report_is_replaced_whole(tmp_path: Path) -> None:
    path = records.save(tmp_path / "record.jsonl", records.conformant())
    (tmp_path / "report.html").write_text("of an earlier run" * 100_000, "utf-8")
    assert render(path, tmp_path).html.read_text("utf-8").endswith("</html>\n")


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", [".report.json.part", ".badge.json.part", ".manifest.json.part", "report.md"])
def test_where_one_file_cannot_be_written_all_those_of_an_earlier_run_stay(tmp_path: Path, name: str) -> None:
    render(records.save(tmp_path / "record.jsonl", records.conformant()), tmp_path)
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).mkdir()
    unfinished = records.save(tmp_path / "unfinished.jsonl", records.nonconformant())
    before = files_of(tmp_path)
    with pytest.raises(ReportError):
        render(unfinished, tmp_path)
    assert files_of(tmp_path) == before


def test_an_unfinished_record_becomes_that_of_its_folder_with_its_reports(tmp_path: Path) -> None:
    render(records.save(tmp_path / "record.jsonl", records.conformant()), tmp_path)
    unfinished = records.save(tmp_path / "unfinished.jsonl", records.nonconformant())
    content = unfinished.read_bytes()
    rendered = render(unfinished, tmp_path)
    assert not unfinished.exists()
    assert (tmp_path / "record.jsonl").read_bytes() == content
    listed = json.loads(rendered.paths["manifest.json"].read_bytes())["files"]
    assert listed["record.jsonl"]["digest"] == rendered.report["record"]["digest"]
    assert set(files_of(tmp_path)) == {"record.jsonl", *rendered.paths}


def test_an_unfinished_record_stays_what_it_is_if_its_reports_go_elsewhere(tmp_path: Path) -> None:
    unfinished = records.save(tmp_path / "unfinished.jsonl", records.conformant())
    render(unfinished, tmp_path / "new")
    assert unfinished.is_file()
    assert not (tmp_path / "new" / "record.jsonl").exists()


def test_a_record_that_cannot_be_read_leaves_no_report(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    path.write_bytes(b"")
    with pytest.raises(RecordError):
        render(path, tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_a_large_record_is_rendered_quickly(tmp_path: Path) -> None:
    path = records.save(tmp_path / "record.jsonl", records.large(exchanges=800, borne=50))
    with processor_time() as spent:
        render(path, tmp_path)
    assert spent.seconds < 0.5
