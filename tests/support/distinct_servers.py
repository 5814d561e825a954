"""Which faulty servers of the catalogue show something that no other one shows, as `selfcheck` measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orders_conformance.harness.run.profiles import PROFILES

DOCS = Path(__file__).parents[2] / "docs"


def measured() -> Mapping[str, Any]:
    """Read `docs/detection.json`."""
    read: Mapping[str, Any] = json.loads((DOCS / "detection.json").read_text(encoding="utf-8"))
    return read


def alike(faulty: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Name the servers that cannot be told from one before them in their family of the catalogue.

    Such a server fails the same requirements as the other one, in both profiles.
    """
    first: dict[tuple[object, ...], str] = {}
    for server in faulty:
        first.setdefault(_verdicts(server), server["name"])
    return frozenset(server["name"] for server in faulty) - frozenset(first.values())


def _verdicts(server: Mapping[str, Any]) -> tuple[object, ...]:
    failed = (tuple(server["trials"][profile]["failed"]) for profile in PROFILES)
    return (server["family"], *failed)
