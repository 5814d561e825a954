"""The comparison as text: readable lines, and nothing that controls a terminal or a CI system."""

from __future__ import annotations

from pathlib import Path

from orders_conformance.reports.compare.comparison import compare
from orders_conformance.reports.compare.text import lines
from orders_conformance.reports.record.reader import read
from tests.support import records


def test_runs_regressions_and_the_result_have_a_line(tmp_path: Path) -> None:
    old = read(records.save(tmp_path / "old", records.conformant()))
    new = read(records.save(tmp_path / "new", records.nonconformant()))
    told = lines(compare(old, new))
    assert told[:2] == (
        "Old: http://127.0.0.1:49152, 2024-05-01, conformant",
        "New: http://127.0.0.1:49152, 2024-05-01, not conformant",
    )
    assert (
        "regressed create/no-5xx (must): passed -> failed; "
        "expected a status below 500; observed 500 Internal Server Error"
    ) in told
    assert told[-1].startswith("4 regressed, 2 lost, 1 other")


def test_hostile_text_is_printable(tmp_path: Path) -> None:
    old = read(records.save(tmp_path / "old", records.conformant()))
    new = read(records.save(tmp_path / "new", records.hostile()))
    told = lines(compare(old, new))
    assert all(line.isprintable() for line in told)
    assert "owned" in "".join(told)


def test_runs_without_a_difference_say_so(tmp_path: Path) -> None:
    same = read(records.save(tmp_path / "record", records.conformant()))
    assert lines(compare(same, same))[-1] == (
        f"no difference; {len(records.requirements())} requirements with the same verdict."
    )
