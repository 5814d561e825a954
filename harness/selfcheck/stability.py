"""Check stability: a server gets the same verdicts with any seed, references and other random values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck import servers
from orders_conformance.harness.selfcheck.trial import Trial

# The number of servers that are judged with the same random traffic.
_CHUNK = 60

# The failed requirements, and why the run could not judge, or None.
Verdicts = tuple[tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True)
class Stability:
    """The verdicts on each server with several seeds.

    Attributes:
        seeds: the number of seeds.
        verdicts: by profile and server: each set of verdicts with the seeds that gave it.

    """

    seeds: int
    verdicts: Mapping[tuple[str, str], Mapping[Verdicts, tuple[int, ...]]]

    def unstable(self) -> Iterator[str]:
        """Yield a line for each server whose verdicts differ between seeds."""
        for (profile, name), found in self.verdicts.items():
            if len(found) > 1:
                sets = "; ".join(f"{_description(one)} with {_listed(seeds)}" for one, seeds in found.items())
                yield f"{profile} has differing verdicts on {name or 'the embedded server'}: {sets}"

    def summary(self) -> str:
        """Return a line with the numbers of servers, runs and differing verdicts."""
        unstable_pairs = sum(len(found) > 1 for found in self.verdicts.values())
        runs = sum(len(seeds) for found in self.verdicts.values() for seeds in found.values())
        servers = len({name for _, name in self.verdicts})
        return (
            f"{servers} servers, {len(PROFILES)} profiles, {self.seeds} seeds: {runs} runs, "
            f"{unstable_pairs} of {len(self.verdicts)} pairs of server and profile with differing verdicts"
        )


def measure_stability(seeds: range, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Stability:
    """Judge every server of both catalogues in both profiles, random traffic included, with several seeds.

    Args:
        seeds: the seeds of the random traffic.
        progress: called after each run with the numbers of runs done and of all runs.

    """
    tasks = [task for seed in seeds for task in servers.all_tasks(seed)]
    found: dict[tuple[str, str], dict[Verdicts, tuple[int, ...]]] = {}
    for done, (task, trial) in enumerate(servers.run_all(tasks, _CHUNK), start=1):
        seeds_by_verdicts = found.setdefault((task.profile, task.name), {})
        seeds_by_verdicts[_verdicts(trial)] = (*seeds_by_verdicts.get(_verdicts(trial), ()), task.seed or 0)
        progress(done, len(tasks))
    return Stability(len(seeds), found)


def _verdicts(trial: Trial) -> Verdicts:
    return trial.failed, trial.broken


def _description(verdicts: Verdicts) -> str:
    failed, broken = verdicts
    return broken or ", ".join(failed) or "nothing"


def _listed(seeds: tuple[int, ...]) -> str:
    return "seed " + ", ".join(map(str, sorted(seeds)))
