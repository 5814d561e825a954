"""Failures are grouped as in every report, the largest group first."""

from __future__ import annotations

from pathlib import Path

from orders_conformance.reports.ci.failures import failed_groups
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import Report, summarise
from tests.support import records


def report_of(folder: Path, events: list[records.Event]) -> Report:
    return summarise(read(records.save(folder / "record.jsonl", events)))


def test_only_groups_with_a_failure_that_counts_are_there(tmp_path: Path) -> None:
    groups = failed_groups(report_of(tmp_path, records.nonconformant()))
    assert [(group.name, group.share) for group in groups] == [
        ("request", "1 of 33 failed"),
        ("409", "1 of 2 failed"),
        ("no-5xx", "1 of 1 failed"),
    ]


def test_the_group_with_most_failures_is_first(tmp_path: Path) -> None:
    names = ("create/401/http-status", "create/request/price/type", "create/request/price/accept")
    words = {name: records.verdict(name, "failed") for name in names}
    shown = [records.exchange("x1", findings=["f0", "f1", "f2"])]
    shown += [records.finding(f"f{number}", name, "x1") for number, name in enumerate(names)]
    events = [
        records.header(),
        *shown,
        *records.verdicts(records.requirements(), words),
        records.footer("not conformant"),
    ]
    assert [group.name for group in failed_groups(report_of(tmp_path, events))] == ["request", "401"]


def test_a_broken_run_is_a_group_of_its_own(tmp_path: Path) -> None:
    assert [group.name for group in failed_groups(report_of(tmp_path, records.conformant()[:-1]))] == ["run"]


def test_a_conformant_run_has_none(tmp_path: Path) -> None:
    assert failed_groups(report_of(tmp_path, records.conformant())) == ()
