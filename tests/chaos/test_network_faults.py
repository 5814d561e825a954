"""Runs over a network that fails at random points: no requirement fails, and every limit is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import pytest

from tests.chaos.fault_schedule import SINGLE
from tests.chaos.faults import FAULTS, HUGE
from tests.chaos.proxied_run import ProxiedRun, run_behind_proxy

pytestmark = pytest.mark.slow  # half a second of CPU for each run over HTTP

# The seeds of the runs: two hundred in all.
_SOME, _ALL = range(30), range(200)
_PROCESSES = 2
# Seconds that a run may take; its timeout is a quarter of one, and it may send four hundred requests.
_LONGEST = 60.0
# What a server can push into the buffers of a connection beyond what is read of it.
_BUFFERS = 24 * 1024 * 1024
# Wrong credentials that come in a row at most: four that are meant, one of which is tried again.
_WRONG_CREDENTIALS_IN_A_ROW = 5
# What a run may say that ends because of one single fault.
_GOOD_REASONS = ("asks to wait", "refuses connections", "the target is down behind it")


@pytest.fixture(scope="module", params=[_SOME, pytest.param(_ALL, marks=pytest.mark.thorough)], ids=["some", "all"])
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, show_figure: Callable[[str], None]
) -> list[ProxiedRun]:
    """Conduct the runs, each with a seed of its own."""
    folders = [tmp_path_factory.mktemp(f"run-{seed}-") for seed in request.param]
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(run_behind_proxy, request.param, folders, chunksize=5))
    outcomes = Counter(one.outcome for one in found)
    show_figure(
        f"chaos: {len(found)} runs ({', '.join(f'{number} {name}' for name, number in sorted(outcomes.items()))}), "
        f"{sum(one.requests for one in found):,} requests, {sum(one.met.total() for one in found):,} faults injected, "
        f"{sum(len(one.blamed) for one in found)} false must failures"
    )
    show_figure(
        f"chaos: {sum(one.held for one in found):,} orders on the servers, "
        f"{sum(max(0, one.held - one.budget) for one in found if one.budget is not None)} beyond a budget, "
        f"{sum(one.unaccounted for one in found)} not in a ledger; {sum(len(one.leaks) for one in found)} files with a "
        f"secret, {sum(one.elsewhere for one in found)} requests to another host, "
        f"the longest run {max(one.seconds for one in found):.1f} s"
    )
    return found


@pytest.mark.parametrize("seeds", [range(10), pytest.param(range(10, 200), marks=pytest.mark.thorough)])
def test_a_server_that_stores_what_it_rejects_gets_no_more_than_the_budget(
    seeds: range, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folders = [tmp_path_factory.mktemp(f"careless-{seed}-") for seed in seeds]
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(partial(run_behind_proxy, careless=True), seeds, folders, chunksize=5))
    assert [(one.seed, one.held, one.budget) for one in runs if one.budget is not None and one.held > one.budget] == []
    assert [(one.seed, one.unaccounted) for one in runs if one.unaccounted] == []


@pytest.mark.thorough
@pytest.mark.parametrize("runs", [_ALL], indirect=True, ids=["all"])
def test_every_fault_happens_alone_and_among_others(runs: list[ProxiedRun]) -> None:
    alone = {kind for one in runs if one.schedule == SINGLE for kind in one.met}
    among = {kind for one in runs if len(one.met) > 1 for kind in one.met}
    assert alone == among == set(FAULTS)


def test_nobody_is_blamed_for_what_the_network_did(runs: list[ProxiedRun]) -> None:
    assert [(one.seed, one.blamed) for one in runs if one.blamed] == []


def test_one_single_fault_hides_nothing(runs: list[ProxiedRun]) -> None:
    alone = [one for one in runs if one.schedule == SINGLE]
    lost = [(one.seed, one.reason, one.untested) for one in alone if len(one.untested) > 1]
    assert [one for one in lost if not any(reason in one[1] for reason in _GOOD_REASONS)] == []
    assert len(lost) < len(alone) / 4


def test_most_runs_come_to_a_verdict_all_the_same(runs: list[ProxiedRun]) -> None:
    judged = sum(one.outcome in {"conformant", "partial"} for one in runs)
    assert judged > len(runs) / 2


def test_no_order_is_created_beyond_the_budget(runs: list[ProxiedRun]) -> None:
    over = [(one.seed, one.held, one.budget) for one in runs if one.budget is not None and one.held > one.budget]
    assert over == []


def test_what_is_unknown_counts_against_the_budget(runs: list[ProxiedRun]) -> None:
    over = [(one.seed, one.counted) for one in runs if one.budget is not None and one.counted > one.budget]
    assert over == []


def test_no_run_knows_of_fewer_orders_than_there_are(runs: list[ProxiedRun]) -> None:
    assert [(one.seed, one.held, one.counted) for one in runs if one.held > one.counted] == []


def test_report_and_ledger_count_the_same_orders(runs: list[ProxiedRun]) -> None:
    assert [(one.seed, one.counted, one.listed) for one in runs if one.counted != one.listed] == []


def test_every_order_is_in_the_ledger(runs: list[ProxiedRun]) -> None:
    assert [(one.seed, one.unaccounted) for one in runs if one.unaccounted] == []


def test_no_secret_is_in_anything_that_is_left(runs: list[ProxiedRun]) -> None:
    assert [(one.seed, one.leaks) for one in runs if one.leaks] == []


def test_nothing_arrives_where_redirects_lead(runs: list[ProxiedRun]) -> None:
    assert [(one.seed, one.elsewhere) for one in runs if one.elsewhere] == []


def test_no_answer_is_taken_much_beyond_what_is_read_of_it(runs: list[ProxiedRun]) -> None:
    flooded = max(one.flooded for one in runs)
    assert 0 < flooded < _BUFFERS < HUGE


def test_wrong_credentials_never_come_often_in_a_row(runs: list[ProxiedRun]) -> None:
    assert [
        (one.seed, one.wrong_credentials_in_a_row)
        for one in runs
        if one.wrong_credentials_in_a_row > _WRONG_CREDENTIALS_IN_A_ROW
    ] == []


def test_every_run_ends_in_time(runs: list[ProxiedRun]) -> None:
    assert [(one.seed, one.seconds) for one in runs if one.seconds > _LONGEST] == []
