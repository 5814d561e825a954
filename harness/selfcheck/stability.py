"""Stability: the same server gets the same verdicts, whatever the seed, the references, and what else is random."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck import servers
from orders_conformance.harness.selfcheck.trial import Trial

# Servers that are judged with one draw of random traffic.
_CHUNK = 60

# What failed, and why the run could not judge, if it could not.
Verdicts = tuple[tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True)
class Stability:
    """What every server came to with many seeds.

    Attributes:
        seeds: how many.
        verdicts: by profile and server: the verdicts, each with the seeds that led to them.

    """

    seeds: int
    verdicts: Mapping[tuple[str, str], Mapping[Verdicts, tuple[int, ...]]]

    def unstable(self) -> Iterator[str]:
        """Say in a line each which server came to one thing with some seeds and to another with others."""
        for (profile, name), found in self.verdicts.items():
            if len(found) > 1:
                ways = "; ".join(f"{_told(one)} with {_listed(seeds)}" for one, seeds in found.items())
                yield f"{profile} is not sure of {name or 'the embedded server'}: {ways}"

    def summary(self) -> str:
        """Say in a line what it comes to."""
        unsure = sum(len(found) > 1 for found in self.verdicts.values())
        runs = sum(len(seeds) for found in self.verdicts.values() for seeds in found.values())
        servers = len({name for _, name in self.verdicts})
        return (
            f"{servers} servers, {len(PROFILES)} profiles, {self.seeds} seeds: {runs} runs, "
            f"{unsure} of {len(self.verdicts)} pairs of server and profile with differing verdicts"
        )


def measure_stability(seeds: range, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Stability:
    """Judge every server of both catalogues in both profiles, random traffic included, with several seeds.

    Args:
        seeds: the seeds.
        progress: is told how many runs there were, and how many there will be.

    """
    tasks = [task for seed in seeds for task in servers.all_tasks(seed)]
    found: dict[tuple[str, str], dict[Verdicts, tuple[int, ...]]] = {}
    for done, (task, trial) in enumerate(servers.run_all(tasks, _CHUNK), start=1):
        ways = found.setdefault((task.profile, task.name), {})
        ways[_verdicts(trial)] = (*ways.get(_verdicts(trial), ()), task.seed or 0)
        progress(done, len(tasks))
    return Stability(len(seeds), found)


def _verdicts(trial: Trial) -> Verdicts:
    return trial.failed, trial.broken


def _told(verdicts: Verdicts) -> str:
    failed, broken = verdicts
    return broken or ", ".join(failed) or "nothing"


def _listed(seeds: tuple[int, ...]) -> str:
    return "seed " + ", ".join(map(str, sorted(seeds)))
