"""Judge the embedded server and its variants on all cores, for the detection matrix and the stability check."""

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

# The name of the embedded server itself.
EMBEDDED = ""
# The only profile that some differing servers are meant for: it sends few wrong credentials.
_TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class Task:
    """A server to judge in a profile, with the random traffic of a seed; None for no random traffic."""

    profile: str
    name: str
    seed: int | None = None


def all_tasks(seed: int | None = None) -> Iterator[Task]:
    """Return a task for the embedded server and each variant, in each profile that is meant for it."""
    return (
        Task(profile, name, seed)
        for profile in PROFILES
        for name, kind in _kinds().items()
        if profile == _TENANT or not kind.tenant_only
    )


def run_all(tasks: Iterable[Task], chunk: int) -> Iterator[tuple[Task, Trial]]:
    """Judge servers in two pools of processes: servers over HTTP mostly wait, and do not delay the others.

    Args:
        tasks: the servers to judge.
        chunk: the number of servers that a process judges under the same conditions before it returns their trials.

    """
    kinds = _kinds()
    by_conditions: dict[tuple[str, int | None, bool], list[Task]] = {}
    for task in tasks:
        by_conditions.setdefault((task.profile, task.seed, kinds[task.name].wire), []).append(task)
    with processes() as waiting, processes() as working:
        chunks: list[Future[Sequence[tuple[Task, Trial]]]] = []
        for (_, seed, wire), alike in by_conditions.items():
            # Without random traffic, servers over HTTP have no conditions worth sharing.
            size = 1 if wire and seed is None else chunk
            pool = waiting if wire else working
            chunks += [pool.submit(_judge, tuple(alike[at : at + size])) for at in range(0, len(alike), size)]
        for done in as_completed(chunks):
            yield from done.result()


def _kinds() -> Mapping[str, type[Service]]:
    variants = {name: kind for part in (*FAULTY.values(), *DIFFERENT.values()) for name, kind in part.items()}
    return {EMBEDDED: Service, **variants}


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """Yield a pool with a process for each core; tasks that have not begun are cancelled at the end."""
    pool = ProcessPoolExecutor(mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _judge(tasks: tuple[Task, ...]) -> Sequence[tuple[Task, Trial]]:
    """Judge servers under the same conditions; by name, since the classes cannot be sent between processes."""
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
