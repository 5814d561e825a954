"""Whatever bytes a server sends in place of a response, a run ends as documented, and all that it wrote is sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from orders_conformance.reports.manifest import LEDGER, RECORD
from orders_conformance.reports.write import FORMATS
from tests.chaos.raw_run import RawRun, raw_run

pytestmark = pytest.mark.slow  # 15 s of CPU: whole runs over HTTP with their reports

# The seeds of the runs; all of them get more than three thousand responses that are not right, and every tenth seed
# makes a record of more than a thousand exchanges.
_SOME, _ALL = range(1, 3), range(10, 16)
_MOST_RESPONSES = 3_000
_MANY = 1_000
# Seconds of processor time of the thread that judges.
_LONGEST = 0.05
# Of a process that is server and client.
_MEMORY = 320 * 1024 * 1024
_OUTCOMES = {"not conformant", "partial", "broken"}


@pytest.fixture(scope="module", params=[_SOME, pytest.param(_ALL, marks=pytest.mark.thorough)], ids=["some", "all"])
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, show_figure: Callable[[str], None]
) -> list[RawRun]:
    """Conduct the runs in a process of their own, whose memory is measured."""
    folders = [tmp_path_factory.mktemp(f"raw-{seed}-") for seed in request.param]
    # The server has a thread for each connection; an arena of memory for each of them would be counted as well.
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(raw_run, request.param, folders))
    monkeypatch.undo()
    outcomes = Counter(one.outcome for one in found)
    show_figure(
        f"raw responses: {sum(one.responses for one in found):,} to {len(found)} runs, "
        f"{sum(one.spoiled for one in found):,} of them spoiled; "
        f"{', '.join(f'{number} {name}' for name, number in sorted(outcomes.items()))}; the longest judgement "
        f"{1000 * max(one.slowest for one in found):.0f} ms, the most memory {found[-1].memory // 1024**2} MiB"
    )
    return found


def test_no_response_is_a_fault_of_the_suite(runs: list[RawRun]) -> None:
    assert [(one.seed, one.reason) for one in runs if "fault of the suite" in one.reason] == []
    assert {one.outcome for one in runs} <= _OUTCOMES
    assert sum(one.spoiled for one in runs) > 100 * len(runs)


def test_no_response_takes_long_to_judge(runs: list[RawRun]) -> None:
    assert [(one.seed, one.slowest) for one in runs if one.slowest > _LONGEST] == []


def test_memory_is_bounded(runs: list[RawRun]) -> None:
    assert max(one.memory for one in runs) < _MEMORY


def test_every_report_is_written(runs: list[RawRun]) -> None:
    assert [one.seed for one in runs if not one.files >= {RECORD, LEDGER, *FORMATS}] == []


def test_what_was_written_is_consistent(runs: list[RawRun]) -> None:
    assert [(one.seed, one.faults) for one in runs if one.faults] == []


def test_the_ledger_accounts_for_every_order(runs: list[RawRun]) -> None:
    assert [(one.seed, one.unaccounted) for one in runs if one.unaccounted] == []
    assert [(one.seed, one.held, one.listed) for one in runs if one.held > one.listed] == []


@pytest.mark.thorough
@pytest.mark.parametrize("runs", [_ALL], indirect=True, ids=["all"])
def test_there_are_so_many_responses_and_a_record_of_a_thousand(runs: list[RawRun]) -> None:
    assert sum(one.spoiled for one in runs) >= _MOST_RESPONSES
    assert max(one.judged for one in runs) >= _MANY
