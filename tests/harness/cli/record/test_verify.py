"""The command `verify`: what it prints, and its exit status."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.harness.verification.signature import sign
from tests.support.report_folders import SIGNER, events_of, key_pair, seal
from tests.support.runs import CONTRACT, settings
from tests.support.terminal import Terminal

FEW = next(name for name in CONTRACT.requirements if name.endswith("any/no-5xx"))


@pytest.fixture
def folder(terminal: Terminal) -> Path:
    made = terminal.folder / "report"
    made.mkdir()
    chosen = replace(settings("tenant"), selected=(FEW,), scripts=frozenset(("nothing but the preflight",)))
    seal(made, dry_run(chosen).events)
    return made


def test_an_unsigned_folder_is_consistent_and_its_origin_unproven(terminal: Terminal, folder: Path) -> None:
    said = terminal.type("verify", folder.name)
    assert (said.status, said.errors) == (0, "")
    assert said.output.splitlines()[-1] == "unsigned: consistent, origin unproven"
    assert "exchanges judged again, 0 not re-judgeable" in said.output


def test_a_signed_folder_names_its_signer(terminal: Terminal, folder: Path) -> None:
    key, signers = key_pair(terminal.folder)
    sign(key, folder)
    said = terminal.type("verify", folder.name, "--signers", signers.name)
    assert (said.status, said.output.splitlines()[-1]) == (0, f"signed by {SIGNER}: consistent")


def test_a_signature_that_is_not_verified_proves_nothing(terminal: Terminal, folder: Path) -> None:
    key, _ = key_pair(terminal.folder)
    sign(key, folder)
    said = terminal.type("verify", folder.name)
    assert said.status == 0
    assert said.output.splitlines()[-1].endswith("consistent, origin unproven")


def test_signers_without_a_signature_are_a_fault(terminal: Terminal, folder: Path) -> None:
    _, signers = key_pair(terminal.folder)
    said = terminal.type("verify", folder.name, "--signers", signers.name)
    assert said.status == 1
    assert "manifest.json.sig is missing: nobody signed this folder" in said.output


@pytest.mark.parametrize("name", ["record.jsonl", "report.json", "report.html", "junit.xml", "attestation.json"])
def test_a_changed_file_is_named(terminal: Terminal, folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    said = terminal.type("verify", folder.name)
    assert said.status == 1
    assert f"'{name}' is not the file of the manifest: it was changed" in said.output


@pytest.mark.parametrize("name", ["manifest.json", "report.html"])
def test_a_missing_file_is_named(terminal: Terminal, folder: Path, name: str) -> None:
    (folder / name).unlink()
    said = terminal.type("verify", folder.name)
    assert said.status == 1
    assert f"{name} is missing" in said.output


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"manifest_version": 9}', b"[" * 99_999, b"\xff"])
def test_a_manifest_that_is_none_is_named_in_one_line(terminal: Terminal, folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    said = terminal.type("verify", folder.name)
    assert said.status == 1
    assert "manifest.json is no manifest of version 1" in said.output


def test_a_manifest_does_not_lead_out_of_its_folder(terminal: Terminal, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["../secret\x1b[2J"] = {"digest": "sha256:" + "0" * 64, "length": 0}
    (terminal.folder / "secret\x1b[2J").write_bytes(b"")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    said = terminal.type("verify", folder.name)
    assert (said.status, "\x1b" in said.output) == (1, False)
    assert "which the manifest lists" in said.output


def test_what_later_runs_append_to_the_ledger_is_no_change(terminal: Terminal, folder: Path) -> None:
    ledger = folder / "ledger.jsonl"
    ledger.write_bytes(b"{}\n")
    seal(folder, events_of(folder))
    ledger.write_bytes(b"{}\n{}\n")
    assert terminal.type("verify", folder.name).status == 0
    ledger.write_bytes(b"[]\n{}\n")
    assert terminal.type("verify", folder.name).status == 1


def test_a_record_of_the_first_version_is_named(terminal: Terminal, folder: Path) -> None:
    events = events_of(folder)
    events[0]["record_version"] = 1
    seal(folder, events)
    said = terminal.type("verify", folder.name)
    assert said.status == 1
    assert "record.jsonl is of version 1, whose lines are no chain" in said.output


def test_a_folder_without_a_record_is_wrong_usage(terminal: Terminal) -> None:
    said = terminal.type("verify", "nowhere")
    assert said.status == 2
    assert "has no record.jsonl: name the folder" in said.problem


def test_signers_that_do_not_exist_are_wrong_usage(terminal: Terminal, folder: Path) -> None:
    key, _ = key_pair(terminal.folder)
    sign(key, folder)
    said = terminal.type("verify", folder.name, "--signers", "nobody")
    assert said.status == 2
    assert "there is no file of signers 'nobody'" in said.problem


def test_a_run_is_signed_and_verified(terminal: Terminal) -> None:
    key, signers = key_pair(terminal.folder)
    assert terminal.type("run", "--profile", "tenant", "-k", "any/no-5xx", "--sign", key.name).status == 0
    assert terminal.type("verify", "conformance-report", "--signers", signers.name).status == 0


def test_a_key_that_is_missing_sends_nothing(terminal: Terminal) -> None:
    said = terminal.type("run", "--sign", "nothing")
    assert (said.status, "there is no key 'nothing'" in said.problem) == (2, True)
    assert not (terminal.folder / "conformance-report").exists()
