"""A keyring in a file, for tests of code that reads one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend
from keyring.credentials import Credential, SimpleCredential


class FileKeyring(KeyringBackend):
    """Keeps user and password by service in a JSON file."""

    priority = 1

    def __init__(self, path: Path) -> None:
        """Keep them at a path."""
        super().__init__()  # type: ignore[no-untyped-call]  # the library's has no types
        self._path = path

    def get_password(self, service: str, username: str) -> str | None:
        """Find a password."""
        user, password = self._all().get(service, [None, None])
        return password if user == username else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        self._path.write_text(json.dumps({**self._all(), service: [username, password]}), encoding="utf-8")

    def get_credential(self, service: str, username: str | None) -> Credential | None:
        """Find user and password."""
        found = self._all().get(service)
        return SimpleCredential(*found) if found and username in {None, found[0]} else None

    def _all(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return found
