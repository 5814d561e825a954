"""The same server gets the same verdicts, whatever the seed."""

from __future__ import annotations

import pytest

from orders_conformance.harness.selfcheck.servers import Task, run_all
from orders_conformance.harness.selfcheck.stability import Stability, measure_stability
from orders_conformance.mock import faulty

# Faults that show by chance, or by what was sent before.
STATEFUL = (*faulty.FAMILIES["forgetting"], *faulty.FAMILIES["stateful"], *faulty.FAMILIES["repeats"])
FAILS: tuple[tuple[str, ...], str | None] = (("create/a",), None)
HOLDS: tuple[tuple[str, ...], str | None] = ((), None)
BREAKS: tuple[tuple[str, ...], str | None] = ((), "the target stopped responding")


def test_server_with_one_set_of_verdicts_is_stable() -> None:
    assert list(Stability(3, {("ci", "steady"): {FAILS: (0, 1, 2)}}).unstable()) == []


def test_server_with_several_is_named_with_the_seeds_that_lead_to_each() -> None:
    stability = Stability(4, {("ci", "chancy"): {FAILS: (2, 0), HOLDS: (1,), BREAKS: (3,)}})
    sets = "create/a with seed 0, 2; nothing with seed 1; the target stopped responding with seed 3"
    assert list(stability.unstable()) == [f"ci has differing verdicts on chancy: {sets}"]


def test_summary_counts_servers_runs_and_what_differs() -> None:
    stability = Stability(
        2,
        {
            ("ci", "steady"): {FAILS: (0, 1)},
            ("tenant", "steady"): {FAILS: (0, 1)},
            ("tenant", "chancy"): {FAILS: (0,), HOLDS: (1,)},
        },
    )
    assert stability.summary() == (
        "2 servers, 2 profiles, 2 seeds: 6 runs, 1 of 3 pairs of server and profile with differing verdicts"
    )


@pytest.mark.slow  # 13 s of CPU for every twelfth server: two whole runs of each with random traffic
@pytest.mark.parametrize("step", [12, pytest.param(4, marks=pytest.mark.thorough)])
def test_faults_of_state_get_the_same_verdicts_with_two_seeds(step: int) -> None:
    tasks = [Task("ci", name, seed) for name in STATEFUL[::step] for seed in range(2)]
    verdicts = {(task.name, trial.failed, trial.broken) for task, trial in run_all(tasks, 10)}
    assert len(verdicts) == len(STATEFUL[::step])


@pytest.mark.seeds
@pytest.mark.slow  # hours
def test_every_server_gets_the_same_verdicts_with_twenty_seeds() -> None:
    assert list(measure_stability(range(20)).unstable()) == []
