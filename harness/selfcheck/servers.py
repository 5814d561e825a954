"""Judging the embedded server and its siblings on all cores: the trials that selfcheck and stability are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from orders_conformance.harness.run.dry_run import SharedConditions
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck.trial import Draws, Trial, run_trial
from orders_conformance.mock.different import FAMILIES as DIFFERENT
from orders_conformance.mock.faulty import FAMILIES as FAULTY
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract

# The embedded server itself, judged beside its siblings.
EMBEDDED = ""
# The profile that spares its target, and the only one that some differing servers are meant for.
_SPARING = "tenant"


@dataclass(frozen=True, slots=True)
class Task:
    """A server, by name, to be judged in a profile; with the random traffic of a seed, or with none."""

    profile: str
    name: str
    seed: int | None = None


def all_tasks(seed: int | None = None) -> Iterator[Task]:
    """List the embedded server and all its siblings in each profile that is meant for them."""
    return (
        Task(profile, name, seed)
        for profile in PROFILES
        for name, kind in _kinds().items()
        if profile == _SPARING or not kind.tenant_only
    )


def run_all(tasks: Iterable[Task], chunk: int) -> Iterator[tuple[Task, Trial]]:
    """Judge servers, on two pools of processes: those that wait for the wire leave the cores to the others.

    Args:
        tasks: what to judge.
        chunk: how many servers a process judges on one occasion before it reports back.

    """
    kinds = _kinds()
    by_occasion: dict[tuple[str, int | None, bool], list[Task]] = {}
    for task in tasks:
        by_occasion.setdefault((task.profile, task.seed, kinds[task.name].wire), []).append(task)
    with _processes() as waiting, _processes() as working:
        chunks: list[Future[Sequence[tuple[Task, Trial]]]] = []
        for (_, seed, wire), alike in by_occasion.items():
            # Those that wait have nothing to share where nothing is drawn.
            size = 1 if wire and seed is None else chunk
            pool = waiting if wire else working
            chunks += [pool.submit(_judge, tuple(alike[at : at + size])) for at in range(0, len(alike), size)]
        for done in as_completed(chunks):
            yield from done.result()


def _kinds() -> Mapping[str, type[Service]]:
    siblings = {name: kind for part in (*FAULTY.values(), *DIFFERENT.values()) for name, kind in part.items()}
    return {EMBEDDED: Service, **siblings}


@contextmanager
def _processes() -> Iterator[ProcessPoolExecutor]:
    """Keep as many processes as there are cores; what has not begun is dropped when something goes wrong."""
    pool = ProcessPoolExecutor(mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _judge(tasks: tuple[Task, ...]) -> Sequence[tuple[Task, Trial]]:
    """Judge some servers on one occasion: the servers themselves cannot go between processes."""
    contract, kinds, conditions = Contract.load(), _kinds(), SharedConditions(draw=Draws())
    return [
        (
            task,
            run_trial(
                contract,
                task.profile,
                kinds[task.name],
                seed=task.seed or 0,
                fuzzed=task.seed is not None,
                conditions=conditions,
            ),
        )
        for task in tasks
    ]
