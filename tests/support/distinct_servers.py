"""Which faulty servers of the catalogue tell something that no other one tells, by what `selfcheck` measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def measured() -> Mapping[str, Any]:
    """Read `docs/detection.json`."""
    read: Mapping[str, Any] = json.loads((DOCS / "detection.json").read_text(encoding="utf-8"))
    return read


def alike(faulty: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Name the servers that cannot be told from one before them in the catalogue.

    Such a server fails the same requirements in the profile `ci` as the other one, and the first of them is found after
    the same number of requests: by the same request, then.
    """
    first: dict[tuple[object, ...], str] = {}
    for server in faulty:
        trial = server["trials"]["ci"]
        first.setdefault((tuple(trial["failed"]), trial["found_by"], trial["sent"]), server["name"])
    return frozenset(server["name"] for server in faulty) - frozenset(first.values())
