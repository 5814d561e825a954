"""The matrix as text: verdicts as words and shapes, printable whatever a server sent."""

from __future__ import annotations

from pathlib import Path

from orders_conformance.reports.matrix.matrix import matrix
from orders_conformance.reports.matrix.text import lines
from orders_conformance.reports.record.reader import read
from tests.support import records


def test_a_line_has_the_verdicts_of_a_requirement(tmp_path: Path) -> None:
    samples = (records.conformant(), records.nonconformant())
    told = lines(matrix([read(records.save(tmp_path / "record", events)) for events in samples]))
    assert told[1] == "run 2: http://127.0.0.1:49152, 2024-05-01, not conformant"
    (row,) = [line for line in told if line.strip().startswith("create/409/duplicate ")]
    assert row.split() == ["create/409/duplicate", "✓", "passed", "✗", "failed"]


def test_hostile_text_is_printable(tmp_path: Path) -> None:
    told = lines(matrix([read(records.save(tmp_path / "record", records.hostile()))]))
    assert all(line.isprintable() for line in told)
