"""The option `--pdf`: what is written, and what is said where it cannot be."""

from __future__ import annotations

import json
import sys
from hashlib import sha256

import pytest

from orders_conformance.mock.service import Service
from tests.harness.cli.record.test_report import recorded
from tests.support.terminal import Terminal

NAME = "report.pdf"


def test_without_the_extra_a_run_says_how_to_install_it_and_sends_nothing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    said = terminal.type("run", "--pdf")
    assert said.status == 2
    assert "needs WeasyPrint, which is not installed: pip install 'orders-conformance[pdf]'" in said.problem
    assert list(terminal.folder.iterdir()) == []


def test_without_the_extra_a_record_is_not_rendered_in_part(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(terminal.folder / "record.jsonl")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    said = terminal.type("report", "record.jsonl", "--pdf")
    assert said.status == 2
    assert "pip install" in said.problem
    assert [path.name for path in terminal.folder.iterdir()] == ["record.jsonl"]


def test_a_missing_library_of_the_system_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        """Finds WeasyPrint, and fails as it does without Pango."""

        def find_spec(self, name: str, *_others: object) -> None:
            if name == "weasyprint":
                message = "cannot load library 'libpango-1.0-0':\nno such file"
                raise OSError(message)

    for loaded in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(sys, "meta_path", [Failing(), *sys.meta_path])
    said = terminal.type("run", "--pdf")
    assert said.status == 2
    assert "needs the system library Pango" in said.problem
    assert "libpangoft2-1.0-0" in said.problem


@pytest.mark.slow  # 10 s of CPU: WeasyPrint lays out a report twice
def test_it_is_written_listed_and_verified_until_it_is_changed(terminal: Terminal) -> None:
    recorded(terminal.folder / "record.jsonl", Service)
    terminal.type("report", "record.jsonl", "--pdf")
    path, listed = terminal.folder / NAME, terminal.folder / "manifest.json"
    assert NAME in json.loads(listed.read_bytes())["files"]
    assert NAME not in terminal.type("verify", ".").output
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    assert (
        terminal.type("verify", ".").output.splitlines()[0]
        == f"'{NAME}' is not the file of the manifest: it was changed"
    )
    path.unlink()
    assert terminal.type("verify", ".").status == 1


@pytest.mark.slow  # 5 s of CPU: as above
def test_another_one_with_a_manifest_that_fits_is_told(terminal: Terminal) -> None:
    recorded(terminal.folder / "record.jsonl", Service)
    terminal.type("report", "record.jsonl", "--pdf")
    listed = json.loads((terminal.folder / "manifest.json").read_bytes())
    (terminal.folder / NAME).write_bytes(b"%PDF-1.7\nConformant.\n")
    digest = f"sha256:{sha256((terminal.folder / NAME).read_bytes()).hexdigest()}"
    listed["files"][NAME] = {"digest": digest, "length": (terminal.folder / NAME).stat().st_size}
    (terminal.folder / "manifest.json").write_text(json.dumps(listed), "utf-8")
    assert f"{NAME} is not what is made of record.jsonl here" in terminal.type("verify", ".").output


@pytest.mark.slow  # 5 s of CPU: as above
def test_rendering_without_it_leaves_no_earlier_one(terminal: Terminal) -> None:
    recorded(terminal.folder / "record.jsonl", Service)
    terminal.type("report", "record.jsonl", "--pdf")
    terminal.type("report", "record.jsonl")
    assert not (terminal.folder / NAME).exists()
    assert NAME not in json.loads((terminal.folder / "manifest.json").read_bytes())["files"]
