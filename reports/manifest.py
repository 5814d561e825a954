"""The manifest of a report folder: the digest of every file of a run, in `manifest.json`.

Only a signature of the manifest shows who made the files: whoever changes one can write a manifest that fits.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

NAME = "manifest.json"
# What `ssh-keygen` names the signature of a file.
SIGNATURE = f"{NAME}.sig"
RECORD = "record.jsonl"
# The record of a run that has not ended, or was killed: it becomes `RECORD` when its reports are written.
UNFINISHED = "unfinished.jsonl"
# A file that later runs append to: the manifest has the digest of what it was.
LEDGER = "ledger.jsonl"
VERSION = 1


def record_file(path: Path) -> Path:
    """Return the file of a record that is named by its own path or by that of its folder.

    Where no run has ended in the folder, it is the record of the one that has not.
    """
    file = path / RECORD if path.is_dir() else path
    return latest_record_file(file) if not file.exists() else file


def latest_record_file(path: Path) -> Path:
    """Return the file of the record of the last run in a folder, whether it has ended or not.

    Args:
        path: the folder, or its `RECORD`; any other file stands for itself.

    """
    file = path / RECORD if path.is_dir() else path
    unfinished = file.with_name(UNFINISHED)
    return unfinished if file.name == RECORD and unfinished.is_file() else file


def manifest(directory: Path, names: Iterable[str], unnamed: Mapping[str, Path] | None = None) -> bytes:
    """Return the manifest of a folder.

    Args:
        directory: the folder.
        names: the files of the run in it; those that are missing are left out.
        unnamed: where the content of a file is that does not have its name yet.

    Raises:
        OSError: a file cannot be read.

    """
    places = {name: directory / name for name in names} | dict(unnamed or {})
    content = {
        "manifest_version": VERSION,
        "files": {name: _entry(path) for name, path in places.items() if path.is_file()},
        "appended": {name: _entry(directory / name) for name in (LEDGER,) if (directory / name).is_file()},
    }
    return (json.dumps(content, indent=2) + "\n").encode("ascii")


def _entry(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return {"digest": f"sha256:{digest}", "length": file.tell()}
