"""The lines of a record are a chain of digests."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.writer import Writer
from tests.support import records


def written(path: Path) -> list[bytes]:
    """Write a sample of the present version; return its lines."""
    with Writer(path) as writer:
        for event in records.nonconformant():
            writer.write(event | {"record_version": 2} if event["type"] == "header" else event)
    return path.read_bytes().splitlines(keepends=True)


def test_each_line_carries_the_digest_of_the_bytes_of_the_line_before(tmp_path: Path) -> None:
    lines = written(tmp_path / "record.jsonl")
    carried = [json.loads(line)["previous"] for line in lines]
    assert carried[1:] == [f"sha256:{sha256(line).hexdigest()}" for line in lines[:-1]]


def test_a_record_has_the_digests_of_its_last_line_and_of_the_whole_file(tmp_path: Path) -> None:
    lines = written(tmp_path / "record.jsonl")
    record = read(tmp_path / "record.jsonl")
    assert record.damage is None
    assert record.head == f"sha256:{sha256(lines[-1]).hexdigest()}"
    assert record.digest == f"sha256:{sha256(b''.join(lines)).hexdigest()}"
    assert record.lines == len(lines)


def changes(lines: list[bytes]) -> dict[str, list[bytes]]:
    half = len(lines) // 2
    note = next(at for at, line in enumerate(lines) if b'"type":"note"' in line)
    return {
        "one byte": [*lines[:note], lines[note].replace(b'"text":"', b'"text":"x'), *lines[note + 1 :]],
        "a line taken out": [*lines[:half], *lines[half + 1 :]],
        "two lines in another order": [*lines[:half], lines[half + 1], lines[half], *lines[half + 2 :]],
        "no digest": [*lines[:-1], json.dumps({**json.loads(lines[-1]), "previous": None}).encode() + b"\n"],
        "the first line replaced": [lines[0].replace(b'"seed":', b'"seed":1'), *lines[1:]],
    }


@pytest.mark.parametrize("change", ["one byte", "a line taken out", "two lines in another order", "no digest"])
def test_a_change_is_seen(tmp_path: Path, change: str) -> None:
    lines = written(tmp_path / "record.jsonl")
    (tmp_path / "record.jsonl").write_bytes(b"".join(changes(lines)[change]))
    assert read(tmp_path / "record.jsonl").damage is not None


def test_a_changed_header_is_seen_by_the_line_after_it(tmp_path: Path) -> None:
    lines = written(tmp_path / "record.jsonl")
    (tmp_path / "record.jsonl").write_bytes(b"".join(changes(lines)["the first line replaced"]))
    assert "line 2 does not follow line 1" in str(read(tmp_path / "record.jsonl").damage)


def test_what_a_killed_run_left_is_a_chain_whose_only_fault_is_the_missing_footer(tmp_path: Path) -> None:
    lines = written(tmp_path / "record.jsonl")
    (tmp_path / "record.jsonl").write_bytes(b"".join(lines[:-1]))
    assert read(tmp_path / "record.jsonl").damage == (
        "The record ends early: there is no footer, so the run did not end."
    )


def test_a_record_of_the_first_version_needs_no_chain(tmp_path: Path) -> None:
    lines = [json.dumps(event).encode() + b"\n" for event in records.nonconformant()]
    (tmp_path / "record.jsonl").write_bytes(b"".join(lines))
    assert read(tmp_path / "record.jsonl").damage is None


def test_a_record_of_the_present_version_needs_a_chain(tmp_path: Path) -> None:
    events = [event | {"record_version": 2} if event["type"] == "header" else event for event in records.conformant()]
    (tmp_path / "record.jsonl").write_bytes(b"".join(json.dumps(event).encode() + b"\n" for event in events))
    assert "line 1 does not follow the beginning of a record" in str(read(tmp_path / "record.jsonl").damage)
