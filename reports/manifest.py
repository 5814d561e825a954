"""The manifest of a report folder: the digest of every file of a run, in `manifest.json`.

Only a signature of the manifest shows who made the files: whoever changes one can write a manifest that fits.
"""

import json
from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path
from typing import Any

NAME = "manifest.json"
# What `ssh-keygen` names the signature of a file.
SIGNATURE = f"{NAME}.sig"
RECORD = "record.jsonl"
# A file that later runs append to: the manifest has the digest of what it was.
LEDGER = "ledger.jsonl"
VERSION = 1


def record_file(path: Path) -> Path:
    """Return the file of a record that is named by its own path or by that of its folder."""
    return path / RECORD if path.is_dir() else path


def manifest(directory: Path, names: Iterable[str]) -> bytes:
    """Return the manifest of a folder.

    Args:
        directory: the folder.
        names: the files of the run in it; those that are missing are left out.

    Raises:
        OSError: a file cannot be read.

    """
    content = {
        "manifest_version": VERSION,
        "files": {name: _entry(directory / name) for name in names if (directory / name).is_file()},
        "appended": {name: _entry(directory / name) for name in (LEDGER,) if (directory / name).is_file()},
    }
    return (json.dumps(content, indent=2) + "\n").encode("ascii")


def _entry(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return {"digest": f"sha256:{digest}", "length": file.tell()}
