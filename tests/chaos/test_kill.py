"""Processes that are killed at random points: the ledger accounts for every order, and the record can be read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL

import pytest

from orders_conformance.reports.manifest import UNFINISHED
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.write import render
from tests.chaos.signalled_process import EndedProcess, SignalPlan, run_until

pytestmark = pytest.mark.slow  # 1.2 s of CPU for each process that is killed

# The seeds of the processes: fifty in all.
_KILLED = [range(12), pytest.param(range(12, 50), marks=pytest.mark.thorough)]
_AT_ONCE = 2


@pytest.fixture(scope="module", params=_KILLED, ids=["some", "others"])
def killed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, show_figure: Callable[[str], None]
) -> list[EndedProcess]:
    """Kill processes at random points."""

    def kill(seed: int) -> EndedProcess:
        return run_until(SIGKILL, SignalPlan.drawn(seed), tmp_path_factory.mktemp(f"killed-{seed}-"))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(kill, request.param))
    show_figure(
        f"kill -9: {len(found)} processes at {len({one.plan for one in found})} different points, "
        f"{sum(one.held for one in found)} orders on the servers, "
        f"{sum(one.unaccounted for one in found)} not in a ledger"
    )
    return found


def test_every_process_was_killed(killed: list[EndedProcess]) -> None:
    assert {one.status for one in killed} == {-SIGKILL}


def test_the_ledger_accounts_for_every_order(killed: list[EndedProcess]) -> None:
    assert [(one.plan, one.unaccounted) for one in killed if one.unaccounted] == []
    assert sum(one.held for one in killed) > len(killed)


def test_the_record_can_still_be_read(killed: list[EndedProcess]) -> None:
    records = [read(one.folder / UNFINISHED) for one in killed]
    assert all(record.footer is None and record.damage is not None for record in records)


def test_what_is_left_is_reported_as_broken(killed: list[EndedProcess], tmp_path: Path) -> None:
    reports = [render(one.folder / UNFINISHED, tmp_path).report for one in killed]
    assert {report["outcome"] for report in reports} == {"broken"}
    assert all("the run did not end" in (report["reason"] or "") for report in reports)


def test_no_secret_is_in_anything_that_is_left(killed: list[EndedProcess]) -> None:
    assert [(one.plan, one.leaks) for one in killed if one.leaks] == []
