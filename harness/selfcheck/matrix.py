"""The detection matrix: the trial of each faulty and each differing server in each profile, and its bounds.

A differing server is a conformant variant of the embedded server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck import servers
from orders_conformance.harness.selfcheck.trial import Trial
from orders_conformance.mock.different import FAMILIES as DIFFERENT
from orders_conformance.mock.faulty import FAMILIES as FAULTY
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.sources import Level

_PERCENT = 100
# The number of servers that a process judges before it returns their trials.
_CHUNK = 20

_Trials = Mapping[tuple[str, str], Trial]
_Families = Mapping[str, Mapping[str, type[Service]]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a profile on what it finds and needs.

    Attributes:
        share: the least share of faulty servers that it finds, in per cent.
        requests: the most requests to a conformant server, for each requirement of the contract.
        orders: the most orders created there, for each requirement of the contract.

    """

    share: float
    requests: float
    orders: float

    def most_requests(self, requirements: int) -> int:
        """Return the most requests for a contract with a number of requirements."""
        return int(self.requests * requirements)

    def most_orders(self, requirements: int) -> int:
        """Return the most orders for a contract with a number of requirements."""
        return int(self.orders * requirements)


# With the 260 requirements of today `ci` needs 554 requests and 205 orders, `tenant` 254 and 25; neither may need more
# than 555 and 213, and 255 and 26: a server that accepts every unusual value creates one more order in `tenant`.
# One more text field adds 10 requests and 10 requirements to `ci`, one more channel 12 requests and one requirement: it
# is sent with every status.
BOUNDS: Mapping[str, Bounds] = {"ci": Bounds(100, 2.135, 0.82), "tenant": Bounds(95, 0.981, 0.1)}


@dataclass(frozen=True, slots=True)
class Subject:
    """A server of a catalogue, with its trials.

    Attributes:
        name: its name in the catalogue.
        family: the part of the catalogue.
        about: a sentence on its fault, or on how it differs.
        breaks: the requirements that it declares to break, as ids or patterns.
        trials: its trials by profile; without a profile that the server is not meant for.
        stops_run: by profile, the words of the reason for which a run is declared to end without judging the server.

    """

    name: str
    family: str
    about: str
    breaks: tuple[str, ...]
    trials: Mapping[str, Trial]
    stops_run: Mapping[str, str] = field(default_factory=dict)

    def undeclared(self, profile: str) -> tuple[str, ...]:
        """Return the failed requirements that the server does not declare to break."""
        failed = self.trials[profile].failed
        return tuple(one for one in failed if not any(fnmatchcase(one, pattern) for pattern in self.breaks))

    def failed_declarations(self, profile: str) -> tuple[str, ...]:
        """Return what failed: the declared ids and patterns, and the ids of failed requirements that are not declared.

        Patterns stand for their requirements, since it may depend on chance which of these fail.
        """
        return tuple(dict.fromkeys(map(self.declared, self.trials[profile].failed)))

    def declared(self, requirement: str) -> str:
        """Return the declared id or pattern that matches a requirement, or the requirement itself."""
        return next((pattern for pattern in self.breaks if fnmatchcase(requirement, pattern)), requirement)

    def unseen(self, profile: str) -> tuple[str, ...]:
        """Return the declared ids and patterns that no failed requirement matches."""
        failed = self.trials[profile].failed
        return tuple(pattern for pattern in self.breaks if not any(fnmatchcase(one, pattern) for one in failed))

    def stopped(self, profile: str) -> str | None:
        """Return why the run could not judge the server; None where it could, and for a declared reason."""
        broken, declared = self.trials[profile].broken, self.stops_run.get(profile)
        return None if broken is None or (declared is not None and declared in broken) else broken

    def was_to_stop(self, profile: str) -> str | None:
        """Return the declared reason for which a run was to end but did not; None where there is no such reason."""
        return self.stops_run.get(profile) if self.trials[profile].broken is None else None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix of all trials.

    Attributes:
        levels: the level of each requirement by its id.
        embedded: the trials of the embedded server itself, by profile.
        faulty: the faulty servers in the catalogue's order.
        different: the differing servers in the catalogue's order.

    """

    levels: Mapping[str, Level]
    embedded: Mapping[str, Trial]
    faulty: tuple[Subject, ...]
    different: tuple[Subject, ...]

    def found(self, profile: str) -> tuple[Subject, ...]:
        """Return the faulty servers that a profile found."""
        return tuple(subject for subject in self.faulty if subject.trials[profile].found)

    def share(self, profile: str) -> float:
        """Return the share of the faulty servers that a profile found, in per cent."""
        return _PERCENT * len(self.found(profile)) / len(self.faulty)

    def accused(self, profile: str) -> tuple[Subject, ...]:
        """Return the differing servers that failed a requirement wrongly, or that wrongly could not be judged."""
        return tuple(one for one in self._judged(profile) if self.accusations(one, profile) or one.stopped(profile))

    def accused_at(self, level: Level, profile: str) -> tuple[Subject, ...]:
        """Return the differing servers that failed a requirement of a level wrongly."""
        return tuple(
            subject
            for subject in self._judged(profile)
            if any(self.levels[one] == level for one in self.accusations(subject, profile))
        )

    def stopped(self, profile: str) -> tuple[Subject, ...]:
        """Return the differing servers that wrongly could not be judged."""
        return tuple(subject for subject in self._judged(profile) if subject.stopped(profile))

    def accusations(self, subject: Subject, profile: str) -> tuple[str, ...]:
        """Return the requirements that a differing server failed wrongly: of level must, or not declared."""
        undeclared = subject.undeclared(profile)
        return tuple(one for one in subject.trials[profile].failed if self.levels[one] == "must" or one in undeclared)

    def _judged(self, profile: str) -> tuple[Subject, ...]:
        return tuple(subject for subject in self.different if profile in subject.trials)

    def unbroken(self) -> tuple[str, ...]:
        """Return the requirements that can fail and that no faulty server broke: nothing shows that they are tested."""
        broken = {one for subject in self.faulty for trial in subject.trials.values() for one in trial.failed}
        return tuple(one for one, level in self.levels.items() if level != "info" and one not in broken)


def shortcomings(matrix: Matrix) -> Iterator[str]:
    """Yield a line for each bound that a matrix does not keep, and for each wrong or missing failure."""
    for profile in BOUNDS:
        yield from _bounds_not_kept(matrix, profile)
        yield from _wrong_failures(matrix, profile)
        yield from _missing_failures(matrix, profile)
    for one in matrix.unbroken():
        yield f"no faulty server breaks {one}"


def _bounds_not_kept(matrix: Matrix, profile: str) -> Iterator[str]:
    number, bounds, cost = len(matrix.levels), BOUNDS[profile], matrix.embedded[profile]
    requests, orders = bounds.most_requests(number), bounds.most_orders(number)
    if matrix.share(profile) < bounds.share:
        yield f"{profile} finds {matrix.share(profile):.1f} % of the faulty servers, not {bounds.share:g} %"
    if cost.requests > requests:
        yield f"{profile} sends {cost.requests} requests, more than {requests}"
    if cost.orders > orders:
        yield f"{profile} creates {cost.orders} orders, more than {orders}"


def _wrong_failures(matrix: Matrix, profile: str) -> Iterator[str]:
    for subject in matrix.accused(profile):
        reasons = (subject.stopped(profile), ", ".join(matrix.accusations(subject, profile)))
        yield f"{profile} accuses {subject.name}: {'; '.join(filter(None, reasons))}"
    for subject in matrix.faulty:
        if undeclared := subject.undeclared(profile):
            yield f"{profile} finds more in {subject.name} than it breaks: {', '.join(undeclared)}"


def _missing_failures(matrix: Matrix, profile: str) -> Iterator[str]:
    for subject in (*matrix.faulty, *matrix.different):
        if profile in subject.trials and (reason := subject.was_to_stop(profile)):
            yield f"{profile} judges {subject.name}, and was to stop for the declared reason: {reason}"
        if BOUNDS[profile].share == _PERCENT and profile in subject.trials and (unseen := subject.unseen(profile)):
            yield f"{profile} does not find all that {subject.name} breaks: {', '.join(unseen)}"


def build_matrix(
    progress: Callable[[int, int], None] = lambda _done, _all: None, left_out: Collection[str] = ()
) -> Matrix:
    """Judge the servers of both catalogues in every profile, on all cores.

    Args:
        progress: called after each run with the numbers of runs done and of all runs.
        left_out: names of servers that are not judged; the matrix does not have them.

    """
    tasks = tuple(task for task in servers.all_tasks() if task.name not in left_out)
    trials: dict[tuple[str, str], Trial] = {}
    for task, trial in servers.run_all(tasks, _CHUNK):
        trials[task.profile, task.name] = trial
        progress(len(trials), len(tasks))
    return Matrix(
        levels={identifier: one.level for identifier, one in Contract.load().requirements.items()},
        embedded={profile: trials[profile, servers.EMBEDDED] for profile in PROFILES},
        faulty=tuple(subject for subject in _subjects(FAULTY, trials) if subject.name not in left_out),
        different=tuple(subject for subject in _subjects(DIFFERENT, trials) if subject.name not in left_out),
    )


def _subjects(families: _Families, trials: _Trials) -> tuple[Subject, ...]:
    return tuple(
        Subject(
            name=name,
            family=family,
            about=(server.__doc__ or "").partition("\n")[0],
            breaks=server.breaks,
            trials={profile: trials[profile, name] for profile in PROFILES if (profile, name) in trials},
            stops_run=server.stops_run,
        )
        for family, servers in families.items()
        for name, server in servers.items()
    )
