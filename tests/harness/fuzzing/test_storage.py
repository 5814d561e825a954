"""Hypothesis keeps its files in a temporary folder.

Only `hypothesis.internal.charmap` shows which file it looks for, and what it would write there.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis.internal import charmap

from orders_conformance.harness.fuzzing.storage import UTF_8, temporary_storage

VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"


def test_the_folder_is_deleted_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with temporary_storage():
        folder = Path(os.environ[VARIABLE])
        (folder / "examples").mkdir()
        assert folder.is_dir()
    assert VARIABLE not in os.environ
    assert not folder.exists()


def test_a_folder_of_the_user_is_used_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with temporary_storage():
        assert os.environ[VARIABLE] == str(tmp_path)
    assert tmp_path.is_dir()


def test_the_table_of_utf_8_is_the_one_that_hypothesis_would_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with temporary_storage():
        (path,) = Path(os.environ[VARIABLE]).rglob(UTF_8)
        written = json.loads(gzip.decompress(path.read_bytes()))
        # The name and the folder that Hypothesis looks for, below its storage.
        assert charmap.charmap_file("codec-v2-utf-8").parts[-3:] == path.parts[-3:]
    made = charmap.intervals_from_codec("utf-8")
    assert written == [[list(one) for one in table.intervals] for table in made]
