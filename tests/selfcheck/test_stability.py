"""The same server gets the same verdicts, whatever the seed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.profiles import PROFILES
from harness.trials import judge
from mock import different, faulty
from mock.service import Service
from spec.contract import Contract

CONTRACT = Contract.load()
# Faults that show by chance, or by what was sent before.
STATEFUL = (*faulty.FAMILIES["forgetting"], *faulty.FAMILIES["stateful"], *faulty.FAMILIES["repeats"])
SEEDS = 20


def failures(profile: str, kind: type[Service], seeds: int) -> Iterator[tuple[tuple[str, ...], str | None]]:
    for seed in range(seeds):
        trial = judge(CONTRACT, profile, kind, seed=seed, fuzzed=True)
        yield trial.failed, trial.broken


@pytest.mark.parametrize("name", STATEFUL[::4])
def test_a_fault_of_state_gets_the_same_verdicts_with_two_seeds(name: str) -> None:
    assert len(set(failures("ci", faulty.CATALOGUE[name], 2))) == 1


@pytest.mark.seeds
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", [*faulty.CATALOGUE, *different.CATALOGUE])
def test_every_server_gets_the_same_verdicts_with_every_seed(name: str, profile: str) -> None:
    kind = faulty.CATALOGUE[name] if name in set(faulty.CATALOGUE) else different.CATALOGUE[name]
    assert len(set(failures(profile, kind, SEEDS))) == 1
