"""Hypothesis keeps its files in a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orders_conformance.harness.fuzzing.storage import temporary_storage

VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"


def test_the_folder_is_deleted_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with temporary_storage():
        folder = Path(os.environ[VARIABLE])
        (folder / "unicode_data").mkdir()
        assert folder.is_dir()
    assert VARIABLE not in os.environ
    assert not folder.exists()


def test_a_folder_of_the_user_is_used_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with temporary_storage():
        assert os.environ[VARIABLE] == str(tmp_path)
    assert tmp_path.is_dir()
