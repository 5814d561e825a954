"""Opening a ledger to append to it."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.ledger.opening import check_regular, open_ledger
from tests.support.ledgers import Written, taken

FOREIGN = {
    "null characters": b"\0" * 5_000,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"x" * 100,
    "another format": b'{"type":"header"}\n',
    "text": b"orders\n",
    "another version": b'{"type":"run","ledger_version":99,"run":"a"}\n',
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_cleanup_could_not_read_is_not_added_to(tmp_path: Path, name: str) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(FOREIGN[name])
    with pytest.raises(InvalidInputError, match="nothing can be added to it: move it away, or name another folder"):
        open_ledger(path)
    assert path.read_bytes() == FOREIGN[name]


@pytest.mark.parametrize("cut", [0, 5, 40, 300, -20])
def test_a_ledger_of_a_run_that_was_ended_is_added_to(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ledger.jsonl"
    Written(path).run(taken(1))
    path.write_bytes(path.read_bytes()[:cut])
    with closing(open_ledger(path)) as ledger:
        ledger.append({"type": "other"}, durable=True)
    assert path.read_bytes().endswith(b'{"type":"other"}\n')


def test_a_ledger_is_for_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with closing(open_ledger(path)), pytest.raises(InvalidInputError, match="in use by another process"):
        open_ledger(path)
    open_ledger(path).close()


@pytest.mark.parametrize("kind", ["link", "broken link", "folder", "pipe"])
def test_nothing_is_written_to_what_is_no_regular_file(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "ledger.jsonl", tmp_path / "other"
    if kind == "link":
        other.write_bytes(b"kept")
    if kind.endswith("link"):
        path.symlink_to(other)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(InvalidInputError, match="is not written to: remove it, or name another folder"):
        open_ledger(path)
    assert (other.read_bytes() if other.exists() else b"kept") == b"kept"


def test_a_free_path_is_that_of_a_new_file(tmp_path: Path) -> None:
    check_regular(tmp_path / "free", "record")
