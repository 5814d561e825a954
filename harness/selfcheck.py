"""The kill matrix: the suite against every faulty and every differing server, in every profile.

A run without random traffic has to find every fault; what random traffic adds is not counted. Servers are judged in
this process, and over HTTP where their peculiarity lives on the wire; no clock is waited for in either case.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from multiprocessing import get_context
from typing import Any

from harness.embedded import embedded_service, random_credentials
from harness.profiles import PROFILES
from harness.rehearsal import Rehearsal, VirtualTime, rehearse
from harness.run import SUITE, Settings, Surroundings, conduct
from harness.target import Connections, Patience, Retrying
from harness.verdict import Outcome, Verdict
from mock import different, faulty
from mock.server import serving
from mock.service import Service
from spec.contract import Contract
from spec.requirements import Level
from strategies.credentials import Credentials
from strategies.orders import default_organisation

# Seconds until a server that never answers is given up; the others answer within a few milliseconds.
_TIMEOUT = 1.0
# Servers that a process judges before it reports back.
_CHUNK = 20
# The embedded server itself, judged beside its siblings.
_EMBEDDED = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run of one profile made of one server.

    Attributes:
        failed: the requirements that failed, in the contract's order.
        broken: why the run could not judge, or None.
        found_by: the requirement that was found broken first, or None.
        sent: requests that had been sent when it was found, tries that did not count included; None where nothing was
            found, and where it took several requests at once, whose turn is not the same each time.
        requests: requests of the whole run; `orders` likewise the orders that it created.

    """

    failed: tuple[str, ...]
    broken: str | None
    found_by: str | None
    sent: int | None
    requests: int
    orders: int

    @property
    def found(self) -> bool:
        """Whether the run saw that something is wrong with the server."""
        return bool(self.failed) and self.broken is None


@dataclass(frozen=True, slots=True)
class Subject:
    """A server of a catalogue.

    Attributes:
        name: its name in the catalogue; `family` the part of the catalogue.
        about: the sentence that says what it lies about, or how it differs.
        breaks: the requirements that it says it breaks, as ids or patterns.
        trials: by profile; a profile that is not meant for the server is missing.

    """

    name: str
    family: str
    about: str
    breaks: tuple[str, ...]
    trials: Mapping[str, Trial]

    def undeclared(self, profile: str) -> tuple[str, ...]:
        """Requirements that failed and that the server does not say it breaks."""
        failed = self.trials[profile].failed
        return tuple(one for one in failed if not any(fnmatchcase(one, pattern) for pattern in self.breaks))

    def unseen(self, profile: str) -> tuple[str, ...]:
        """What the server says it breaks and nothing that failed matches."""
        failed = self.trials[profile].failed
        return tuple(pattern for pattern in self.breaks if not any(fnmatchcase(one, pattern) for one in failed))


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole matrix.

    Attributes:
        levels: the level of each requirement by its id.
        embedded: the trials of the embedded server itself, by profile.
        faulty: the faulty servers in the catalogue's order; `different` likewise the differing ones.

    """

    levels: Mapping[str, Level]
    embedded: Mapping[str, Trial]
    faulty: tuple[Subject, ...]
    different: tuple[Subject, ...]

    def accusations(self, subject: Subject, profile: str) -> tuple[str, ...]:
        """Requirements of level must that a server failed."""
        return tuple(one for one in subject.trials[profile].failed if self.levels[one] == "must")

    def found(self, profile: str) -> tuple[Subject, ...]:
        """Faulty servers that a profile found."""
        return tuple(subject for subject in self.faulty if subject.trials[profile].found)

    def unbroken(self) -> tuple[str, ...]:
        """Requirements that can fail and that no faulty server made fail: nothing shows that they are tested."""
        broken = {one for subject in self.faulty for trial in subject.trials.values() for one in trial.failed}
        return tuple(one for one, level in self.levels.items() if level != "info" and one not in broken)


def matrix(progress: Callable[[int, int], None] = lambda _done, _all: None) -> Matrix:
    """Judge every server of both catalogues in every profile, on all cores.

    Args:
        progress: is told how many runs there were, and how many there will be.

    """
    trials = _all_trials(progress)
    return Matrix(
        levels={identifier: one.level for identifier, one in Contract.load().requirements.items()},
        embedded={profile: trials[profile, _EMBEDDED] for profile in PROFILES},
        faulty=_subjects(faulty.FAMILIES, trials),
        different=_subjects(different.FAMILIES, trials),
    )


def _subjects(
    families: Mapping[str, Mapping[str, type[Service]]], trials: Mapping[tuple[str, str], Trial]
) -> tuple[Subject, ...]:
    return tuple(
        Subject(
            name=name,
            family=family,
            about=(server.__doc__ or "").partition("\n")[0],
            breaks=server.breaks,
            trials={profile: trials[profile, name] for profile in PROFILES if (profile, name) in trials},
        )
        for family, servers in families.items()
        for name, server in servers.items()
    )


def _kinds() -> dict[str, type[Service]]:
    return {_EMBEDDED: Service, **faulty.CATALOGUE, **different.CATALOGUE}


def _all_trials(progress: Callable[[int, int], None]) -> dict[tuple[str, str], Trial]:
    """Judge on two pools of processes: those that wait for the wire leave the cores to the others."""
    kinds = _kinds()
    meant = [
        (profile, name)
        for profile in PROFILES
        for name, kind in kinds.items()
        if profile == "tenant" or not kind.tenant_only
    ]
    wired = [one for one in meant if kinds[one[1]].wire]
    local = [one for one in meant if not kinds[one[1]].wire]
    trials: dict[tuple[str, str], Trial] = {}
    with _processes() as waiting, _processes() as working:
        chunks: list[Future[dict[tuple[str, str], Trial]]] = [
            *(waiting.submit(_judge, (one,)) for one in wired),
            *(working.submit(_judge, tuple(local[at : at + _CHUNK])) for at in range(0, len(local), _CHUNK)),
        ]
        for chunk in as_completed(chunks):
            trials |= chunk.result()
            progress(len(trials), len(meant))
    return trials


@contextmanager
def _processes() -> Iterator[ProcessPoolExecutor]:
    """Keep as many processes as there are cores; what has not begun is dropped when something goes wrong."""
    pool = ProcessPoolExecutor(len(os.sched_getaffinity(0)), mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _judge(ones: tuple[tuple[str, str], ...]) -> dict[tuple[str, str], Trial]:
    """Judge some servers, each given as profile and name."""
    contract, kinds = Contract.load(), _kinds()
    return {(profile, name): trial(contract, profile, kinds[name]) for profile, name in ones}


def trial(contract: Contract, profile: str, kind: type[Service]) -> Trial:
    """Judge one server.

    Args:
        contract: what it has to keep.
        profile: the name of a profile.
        kind: the server.

    """
    settings = Settings(
        contract=contract,
        profile=replace(PROFILES[profile], examples=0, timeout=_TIMEOUT),
        credentials=Credentials("", ""),
        organisation=default_organisation(contract),
        seed=0,
        fail_on="must",
        selection=None,
        selected=tuple(contract.requirements),
        scripts=None,
        target="",
        embedded=True,
        shown={},
    )
    return _summed_up(over_http(settings, kind) if kind.wire else rehearse(settings, kind))


def over_http(settings: Settings, kind: type[Service]) -> Rehearsal:
    """Conduct a run on a server over HTTP, with clocks that stand still until somebody sleeps."""
    credentials = random_credentials()
    service = embedded_service(settings.contract, credentials, kind)
    time = VirtualTime()
    service.clock = time.now
    events: list[Mapping[str, Any]] = []
    try:
        with serving(service) as url:
            patience = Patience(timeout=settings.profile.timeout)
            connections = Connections(url, settings.contract.path, patience, SUITE)
            around = Surroundings(
                deliver=Retrying(connections, patience, sleep=time.sleep),
                headers=connections.headers,
                sink=events.append,
                now=time.now,
                clock=time.clock,
                sleep=time.sleep,
            )
            try:
                conclusion = conduct(replace(settings, credentials=credentials, target=url), around)
            finally:
                connections.close()
    finally:
        service.close()
    return Rehearsal(conclusion, tuple(events))


def _summed_up(run: Rehearsal) -> Trial:
    conclusion = run.conclusion
    found_by, sent = _first_finding(run.events)
    return Trial(
        failed=tuple(name for name, verdict in conclusion.verdicts.items() if verdict is Verdict.FAILED),
        broken=conclusion.reason or "no reason given" if conclusion.outcome is Outcome.BROKEN else None,
        found_by=found_by,
        sent=sent,
        requests=run.traffic["requests"],
        orders=run.traffic["orders_created"],
    )


def _first_finding(events: tuple[Mapping[str, Any], ...]) -> tuple[str | None, int | None]:
    """Tell which requirement was found broken first, and how many requests had been sent by then."""
    sent = 0
    together: set[str] = set()
    for event in events:
        if event["type"] == "exchange":
            sent += 1 + len(event["attempts"])
            together |= {event["id"]} if event["group"] else set()
        elif event["type"] == "finding":
            return event["requirement"], None if event["exchange"] in together else sent
    return None, None
