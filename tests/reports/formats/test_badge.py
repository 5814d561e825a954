"""The badge has the fields of the schema of shields.io, and a colour for each outcome."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders_conformance.reports.formats.badge import document
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import summarise
from tests.support import records

PARTIAL = [*records.conformant()[:-1], records.footer("partial", reason="A part was not tested.")]


@pytest.mark.parametrize(
    ("events", "message", "colour"),
    [
        (records.conformant(), "conformant", "brightgreen"),
        (PARTIAL, "Nothing failed; a part was not tested", "yellow"),
        (
            records.nonconformant(),
            (
                "Not conformant: the server does not reject an order whose price is not a number, "
                "but responds with 201 (1 must), and 3 o…"
            ),
            "red",
        ),
        (records.conformant()[:-1], "broken", "lightgrey"),
    ],
)
def test_the_badge_has_outcome_and_colour(
    tmp_path: Path, events: list[records.Event], message: str, colour: str
) -> None:
    report = summarise(read(records.save(tmp_path / "record.jsonl", events)))
    assert json.loads(document(report)) == {
        "schemaVersion": 1,
        "label": "orders-conformance",
        "message": message,
        "color": colour,
    }
