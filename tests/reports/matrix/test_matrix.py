"""The matrix: the verdict of each requirement in each run, in the order of the runs."""

from __future__ import annotations

from pathlib import Path

from orders_conformance.reports.matrix.matrix import Matrix, matrix
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record
from tests.support import records

DUPLICATE = "create/409/duplicate"


def record(folder: Path, events: list[records.Event]) -> Record:
    return read(records.save(folder / "record.jsonl", events))


def rows(shown: Matrix) -> dict[str, Matrix]:
    return {row["id"]: row for group in shown["groups"] for row in group["requirements"]}


def test_columns_are_runs_in_their_order(tmp_path: Path) -> None:
    good, bad = record(tmp_path, records.conformant()), record(tmp_path, records.nonconformant())
    shown = matrix([good, bad, good])
    assert [run["outcome"] for run in shown["runs"]] == ["conformant", "not conformant", "conformant"]
    assert rows(shown)[DUPLICATE]["verdicts"] == ["passed", "failed", "passed"]
    assert rows(shown)[DUPLICATE]["same"] is False
    assert rows(matrix([good, good]))[DUPLICATE]["same"] is True


def test_rows_are_grouped_and_in_the_order_of_the_contract(tmp_path: Path) -> None:
    shown = matrix([record(tmp_path, records.conformant())])
    assert [group["name"] for group in shown["groups"]] == ["request", "201", "400", "401", "409", "no-5xx"]
    assert sorted(rows(shown)) == sorted(one["id"] for one in records.requirements())


def test_a_requirement_that_a_run_does_not_list_has_no_verdict(tmp_path: Path) -> None:
    listed = [one for one in records.requirements() if one["id"] != DUPLICATE]
    fewer = record(tmp_path, [records.header(listed), *records.verdicts(listed), records.footer()])
    whole = record(tmp_path, records.conformant())
    assert rows(matrix([whole, fewer]))[DUPLICATE]["verdicts"] == ["passed", None]
    assert rows(matrix([fewer, whole]))[DUPLICATE]["verdicts"] == [None, "passed"]


def test_a_former_id_is_in_the_row_of_the_present_one(tmp_path: Path) -> None:
    old = record(tmp_path, records.conformant())
    listed = [
        one | {"id": "create/409/new", "formerly": DUPLICATE} if one["id"] == DUPLICATE else one
        for one in records.requirements()
    ]
    new = record(tmp_path, [records.header(listed), *records.verdicts(listed), records.footer()])
    shown = rows(matrix([old, new]))
    assert shown["create/409/new"]["verdicts"] == ["passed", "passed"]
    assert DUPLICATE not in shown
