"""The manifest of a report folder has the digest of every file."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from orders_conformance.reports.manifest import latest_record_file, manifest, record_file
from orders_conformance.reports.write import FORMATS, render
from tests.support import records


def rendered(folder: Path) -> Any:
    """Render a record in a folder; return its manifest."""
    render(records.save(folder / "record.jsonl", records.conformant()), folder)
    return json.loads((folder / "manifest.json").read_bytes())


def test_it_has_digest_and_length_of_the_record_and_of_every_report(tmp_path: Path) -> None:
    listed = rendered(tmp_path)["files"]
    assert list(listed) == ["record.jsonl", *FORMATS]
    for name, entry in listed.items():
        content = (tmp_path / name).read_bytes()
        assert entry == {"digest": f"sha256:{sha256(content).hexdigest()}", "length": len(content)}


def test_the_ledger_is_named_apart_since_later_runs_append_to_it(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_bytes(b"{}\n")
    manifested = rendered(tmp_path)
    assert list(manifested["appended"]) == ["ledger.jsonl"]
    assert "ledger.jsonl" not in manifested["files"]


def test_the_same_files_have_the_same_manifest(tmp_path: Path) -> None:
    rendered(tmp_path)
    first = (tmp_path / "manifest.json").read_bytes()
    assert manifest(tmp_path, ("record.jsonl", *FORMATS)) == first


def test_a_signature_of_another_manifest_is_deleted_and_one_of_the_same_is_kept(tmp_path: Path) -> None:
    rendered(tmp_path)
    signature = tmp_path / "manifest.json.sig"
    signature.write_bytes(b"a signature")
    rendered(tmp_path)
    assert signature.exists()
    render(records.save(tmp_path / "record.jsonl", records.nonconformant()), tmp_path)
    assert not signature.exists()


def test_a_record_is_that_of_a_run_that_did_not_end_where_there_is_no_other(tmp_path: Path) -> None:
    ended, unfinished = tmp_path / "record.jsonl", tmp_path / "unfinished.jsonl"
    assert record_file(tmp_path) == ended
    unfinished.touch()
    assert [record_file(tmp_path), record_file(ended)] == [unfinished] * 2
    ended.touch()
    assert [record_file(tmp_path), record_file(ended), record_file(unfinished)] == [ended, ended, unfinished]


def test_the_latest_record_is_that_of_a_run_that_did_not_end(tmp_path: Path) -> None:
    ended, unfinished, other = (tmp_path / name for name in ("record.jsonl", "unfinished.jsonl", "other.jsonl"))
    ended.touch()
    assert [latest_record_file(tmp_path), latest_record_file(ended)] == [ended] * 2
    unfinished.touch()
    assert [latest_record_file(tmp_path), latest_record_file(ended)] == [unfinished] * 2
    assert latest_record_file(other) == other
