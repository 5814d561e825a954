"""What connexion calls with credentials: it accepts any."""

from __future__ import annotations

from typing import Any


def accept(username: str, password: str, **_more: Any) -> dict[str, str]:
    """Return what connexion takes for a known user."""
    return {"sub": username, "scope": password[:0]}
