"""The name of a release stands in the record and in every report; an invalid one is an error, and nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.runs import CREDENTIALS
from tests.support.terminal import Terminal

FEW = ("run", "-k", "any/no-5xx", "--profile", "tenant")


def header(folder: Path) -> dict[str, object]:
    first: dict[str, object] = json.loads((folder / "record.jsonl").read_bytes().splitlines()[0])
    return first


def test_the_reports_name_the_release(terminal: Terminal) -> None:
    assert terminal.type(*FEW, "--release", "2024.5").status == 0
    folder = terminal.folder / "conformance-report"
    assert header(folder)["release"] == terminal.report()["release"] == "2024.5"
    assert b'<property name="release" value="2024.5" />' in (folder / "junit.xml").read_bytes()
    assert json.loads((folder / "ctrf.json").read_bytes())["results"]["extra"]["release"] == "2024.5"
    configuration = json.loads((folder / "attestation.json").read_bytes())["predicate"]["configuration"]
    assert [one["annotations"] for one in configuration if one["name"] == "settings"] == [{"release": "2024.5"}]
    assert terminal.type("verify", "conformance-report").status == 0


@pytest.mark.parametrize("options", [(), ("--release", " ")])
def test_without_a_name_the_header_has_none(terminal: Terminal, options: tuple[str, ...]) -> None:
    assert terminal.type(*FEW, *options).status == 0
    folder = terminal.folder / "conformance-report"
    assert "release" not in header(folder)
    assert terminal.report()["release"] is None
    assert b'name="release"' not in (folder / "junit.xml").read_bytes()


def test_settings_and_environment_name_it_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (terminal.folder / "pyproject.toml").write_text("[tool.orders-conformance]\nrelease = '1.0'\n")
    assert terminal.type(*FEW).status == 0
    assert terminal.report()["release"] == "1.0"
    monkeypatch.setenv("ORDERS_CONFORMANCE_RELEASE", "1.1")
    assert terminal.type(*FEW).status == 0
    assert terminal.report()["release"] == "1.1"


def test_a_name_of_two_lines_is_an_error(terminal: Terminal) -> None:
    said = terminal.type(*FEW, "--release", "2024.5\n::error::")
    assert said.status == 2
    assert "is not one line of printable text" in said.problem
    assert not (terminal.folder / "conformance-report").exists()


def test_a_secret_in_a_name_is_an_error_that_does_not_repeat_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_CONFORMANCE_RELEASE", f"of {CREDENTIALS.api_token}")
    said = terminal.type(*FEW)
    assert said.status == 2
    assert "the release contains the client key or the API token" in said.problem
    assert CREDENTIALS.api_token not in said.errors
    assert not (terminal.folder / "conformance-report").exists()
