"""Judge drawn servers: conformant ones that are put together from independent choices, alone or with one fault.

Nobody may be accused, a fault must be found and named alone, and the observations of a run must tell what the server
does. What is wrong is reduced to the choices that it takes: the others are set back to what the embedded server does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from multiprocessing import get_context
from typing import Any

from hypothesis import strategies as st

from orders_conformance.harness.run.dry_run import SharedConditions, dry_run
from orders_conformance.harness.selfcheck.observations import contradictions
from orders_conformance.harness.selfcheck.trial import Draws, trial_settings
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.drawn.behaviour import Behaviour, options
from orders_conformance.mock.drawn.faults import FAULTS, HIDDEN_BY, server
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.generated.draw import draw

# The number of servers that a process judges before it returns what is wrong with them.
_CHUNK = 5
# The profile that sends few wrong credentials, so that a server may lock the account after a few.
_TENANT, _LOCK = "tenant", "locked_after"
_CREDENTIALS = Credentials("Key-5d1f0a9c27e4", "Token-3b9d8e21f4a75c60b1d2e3f4")
_PREFIX = "CT5D1F0A"
_STARTED = datetime(2026, 1, 15, 10, 20, 30, tzinfo=UTC)
_MISSED = "missed: "
# The reason of a run that a server ended by a lock on the account.
_LOCKS = "locks the account"


@dataclass(frozen=True, slots=True)
class Case:
    """A drawn server to judge.

    Attributes:
        profile: the profile of the run.
        behaviour: the choices of the server.
        fault: the name of its fault; None for a conformant server.
        seed: the seed of the random traffic.

    """

    profile: str
    behaviour: Behaviour
    fault: str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the verdicts on a server.

    Attributes:
        what: the requirement that it was accused of, why it could not be judged, which observation is wrong, or that
            its fault was missed.
        choices: the choices that this takes, by name, with what the server does.
        fault: the name of the server's fault; None for a conformant server.

    """

    what: str
    choices: tuple[tuple[str, Any], ...]
    fault: str | None

    def __str__(self) -> str:
        """Return a line that names it and the choices."""
        choices = ", ".join(f"{name}={value!r}" for name, value in self.choices) or "any choice"
        return f"{self.what}: {choices}" + (f", with {self.fault}" if self.fault else "")


@dataclass(frozen=True, slots=True)
class Judged:
    """A drawn server with what is wrong with the verdicts on it; nothing for most."""

    case: Case
    problems: tuple[Problem, ...] = ()

    @property
    def missed(self) -> bool:
        """Whether a fault was missed."""
        return any(one.what.startswith(_MISSED) for one in self.problems)


@dataclass(frozen=True, slots=True)
class Drawn:
    """All drawn servers of one check."""

    judged: tuple[Judged, ...]

    def lines(self) -> Iterator[str]:
        """Yield the lines that sum it up."""
        conformant = [one for one in self.judged if one.case.fault is None]
        faulty = [one for one in self.judged if one.case.fault is not None]
        for profile in dict.fromkeys(one.case.profile for one in self.judged):
            plain = [one for one in conformant if one.case.profile == profile]
            wrong = [one for one in faulty if one.case.profile == profile]
            accused = sum(bool(one.problems) for one in plain)
            found = sum(not one.missed for one in wrong)
            named = sum(not one.problems for one in wrong)
            yield f"{profile}: {len(plain)} conformant servers drawn, {accused} of them accused"
            yield f"{profile}: {len(wrong)} servers drawn with one fault, {found} found, {named} named exactly"

    def problems(self) -> Mapping[Problem, int]:
        """Return what is wrong, each with the number of servers."""
        counted: dict[Problem, int] = {}
        for one in self.judged:
            for problem in one.problems:
                counted[problem] = counted.get(problem, 0) + 1
        return dict(sorted(counted.items(), key=lambda item: (-item[1], str(item[0]))))


def behaviours(profile: str) -> st.SearchStrategy[Behaviour]:
    """Generate behaviours; each choice is the embedded server's in about half of them."""
    return st.builds(
        Behaviour,
        **{
            name: st.just(default)
            if name == _LOCK and profile != _TENANT
            else st.just(default) | st.sampled_from(others)
            for name, (default, *others) in options().items()
        },
    )


def cases(profile: str, number: int, seed: int) -> Iterator[Case]:
    """Yield drawn servers: as many conformant ones as with one fault, which take turns."""
    seeds = random.Random(seed)  # noqa: S311 - no secret
    for behaviour in draw(behaviours(profile), number, seeds):
        yield Case(profile, behaviour, seed=seed)
    for place, behaviour in enumerate(draw(behaviours(profile), number, seeds)):
        fault = FAULTS[place % len(FAULTS)]
        yield Case(profile, behaviour.reset(*HIDDEN_BY.get(fault, ())), fault, seed)


@dataclass(frozen=True)
class Judge:
    """Judges drawn servers under the same conditions, so that a seed means the same everywhere."""

    contract: Contract = field(default_factory=Contract.load)
    conditions: SharedConditions = field(
        default_factory=lambda: SharedConditions(_CREDENTIALS, _PREFIX, _STARTED, Draws())
    )

    def judge(self, case: Case) -> Judged:
        """Judge a server, and reduce what is wrong to the choices that it takes."""
        problems: list[Problem] = []
        unexplained = self.wrong(case)
        while unexplained:
            what = min(unexplained)
            reduced = reduce(case.behaviour, lambda one, what=what: what in self.wrong(_with(case, one)))  # type: ignore[misc] # mypy does not infer the default
            explained = self.wrong(_with(case, reduced)) | {what}
            problems += [
                Problem(one, tuple(reduced.chosen.items()), case.fault) for one in sorted(explained & unexplained)
            ]
            unexplained -= explained
        return Judged(case, tuple(problems))

    def wrong(self, case: Case) -> frozenset[str]:
        """Return what is wrong with the verdicts on a server."""
        kind = server(case.behaviour, case.fault)
        settings = trial_settings(self.contract, case.profile, seed=case.seed, fuzzed=True)
        result = dry_run(settings, kind, self.conditions)
        failed = [name for name, verdict in result.conclusion.verdicts.items() if verdict is Verdict.FAILED]
        accused = {one for one in failed if not any(fnmatchcase(one, pattern) for pattern in kind.breaks)}
        if result.conclusion.outcome is Outcome.BROKEN:
            reason = result.conclusion.reason or ""
            is_lock = case.behaviour.locked_after and _LOCKS in reason
            return frozenset({*accused, *([] if is_lock else [f"broken: {reason}"])})
        if case.fault is None:
            return frozenset({*accused, *contradictions(self.contract, case.behaviour, result)})
        declared = server(Behaviour(), case.fault).breaks
        found = any(fnmatchcase(one, pattern) for one in failed for pattern in declared)
        return frozenset(accused if found else {*accused, f"{_MISSED}{', '.join(declared)}"})


def reduce(behaviour: Behaviour, holds: Callable[[Behaviour], bool]) -> Behaviour:
    """Set choices back to what the embedded server does, in groups and then one by one, while something holds."""
    size = len(behaviour.chosen)
    while size:
        names = list(behaviour.chosen)
        for at in range(0, len(names), size):
            simpler = behaviour.reset(*names[at : at + size])
            if simpler != behaviour and holds(simpler):
                behaviour = simpler
        size //= 2
    return behaviour


def judge_drawn(all_cases: Iterable[Case], progress: Callable[[int, int], None] = lambda _done, _all: None) -> Drawn:
    """Judge drawn servers on all cores.

    Args:
        all_cases: the servers.
        progress: called after each chunk with the numbers of servers done and of all servers.

    """
    waiting = list(all_cases)
    chunks = [tuple(waiting[at : at + _CHUNK]) for at in range(0, len(waiting), _CHUNK)]
    judged: dict[int, tuple[Judged, ...]] = {}
    pool = ProcessPoolExecutor(mp_context=get_context("spawn"))
    try:
        futures = {pool.submit(_judge, chunk): place for place, chunk in enumerate(chunks)}
        for done in as_completed(futures):
            judged[futures[done]] = done.result()
            progress(sum(map(len, judged.values())), len(waiting))
    finally:
        pool.shutdown(cancel_futures=True)
    return Drawn(tuple(one for place in sorted(judged) for one in judged[place]))


def _judge(chunk: tuple[Case, ...]) -> tuple[Judged, ...]:
    judge = Judge()
    return tuple(judge.judge(case) for case in chunk)


def _with(case: Case, behaviour: Behaviour) -> Case:
    return Case(case.profile, behaviour, case.fault, case.seed)
