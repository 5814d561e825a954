"""The kill matrix: every faulty and every differing server in every profile, and what it has to come to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck import servers
from orders_conformance.harness.selfcheck.trial import Trial
from orders_conformance.mock.different import FAMILIES as DIFFERENT
from orders_conformance.mock.faulty import FAMILIES as FAULTY
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.extension import Level

_PERCENT = 100
# Servers that a process judges before it reports back.
_CHUNK = 20

_Trials = Mapping[tuple[str, str], Trial]
_Families = Mapping[str, Mapping[str, type[Service]]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a profile promises.

    Attributes:
        share: per cent of the faulty servers that it finds at least.
        requests: requests to a conformant server at most, for each requirement of the contract; `orders` likewise
            orders created.

    """

    share: float
    requests: float
    orders: float

    def most_requests(self, requirements: int) -> int:
        """Return the number of requests at most for a contract with so many requirements."""
        return int(self.requests * requirements)

    def most_orders(self, requirements: int) -> int:
        """Return the number of orders at most for a contract with so many requirements."""
        return int(self.orders * requirements)


# With the 246 requirements of today `ci` needs 2.02 requests and 0.87 orders for each, `tenant` 0.80 and 0.09. One more
# field adds 10 requests and 9 requirements to `ci`, one more channel 12 requests and one requirement: it is sent with
# every status.
BOUNDS: Mapping[str, Bounds] = {"ci": Bounds(100, 2.1, 1), "tenant": Bounds(95, 0.82, 0.1)}


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

    def shown(self, profile: str) -> tuple[str, ...]:
        """What failed, by what the server says it breaks; a requirement that it does not say it breaks is itself.

        Which requirements of a pattern fail may be a matter of chance.
        """
        return tuple(dict.fromkeys(map(self.declared, self.trials[profile].failed)))

    def declared(self, requirement: str) -> str:
        """Name the declaration that a requirement falls under, or the requirement where there is none."""
        return next((pattern for pattern in self.breaks if fnmatchcase(requirement, pattern)), requirement)

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

    def found(self, profile: str) -> tuple[Subject, ...]:
        """Faulty servers that a profile found."""
        return tuple(subject for subject in self.faulty if subject.trials[profile].found)

    def share(self, profile: str) -> float:
        """Tell what share of the faulty servers a profile found, in per cent."""
        return _PERCENT * len(self.found(profile)) / len(self.faulty)

    def accused(self, profile: str) -> tuple[Subject, ...]:
        """Differing servers that failed a requirement of level must, or that could not be judged."""
        return tuple(
            subject
            for subject in self.different
            if (trial := subject.trials.get(profile))
            and (trial.broken is not None or any(self.levels[one] == "must" for one in trial.failed))
        )

    def unbroken(self) -> tuple[str, ...]:
        """Requirements that can fail and that no faulty server made fail: nothing shows that they are tested."""
        broken = {one for subject in self.faulty for trial in subject.trials.values() for one in trial.failed}
        return tuple(one for one, level in self.levels.items() if level != "info" and one not in broken)


def shortcomings(matrix: Matrix) -> Iterator[str]:
    """Say in a line each what a matrix should not come to."""
    number = len(matrix.levels)
    for profile, bounds in BOUNDS.items():
        cost, requests, orders = matrix.embedded[profile], bounds.most_requests(number), bounds.most_orders(number)
        if matrix.share(profile) < bounds.share:
            yield f"{profile} finds {matrix.share(profile):.1f} % of the faulty servers, not {bounds.share:g} %"
        if cost.requests > requests:
            yield f"{profile} sends {cost.requests} requests, more than {requests}"
        if cost.orders > orders:
            yield f"{profile} creates {cost.orders} orders, more than {orders}"
        for subject in matrix.accused(profile):
            trial = subject.trials[profile]
            yield f"{profile} accuses {subject.name}: {trial.broken or ', '.join(trial.failed)}"
        for subject in (*matrix.faulty, *matrix.different):
            if profile in subject.trials and (undeclared := subject.undeclared(profile)):
                yield f"{profile} finds more in {subject.name} than it breaks: {', '.join(undeclared)}"
            if bounds.share == _PERCENT and profile in subject.trials and (unseen := subject.unseen(profile)):
                yield f"{profile} does not find all that {subject.name} breaks: {', '.join(unseen)}"
    for one in matrix.unbroken():
        yield f"no faulty server breaks {one}"


def build_matrix(
    progress: Callable[[int, int], None] = lambda _done, _all: None, left_out: Collection[str] = ()
) -> Matrix:
    """Judge the servers of both catalogues in every profile, on all cores.

    Args:
        progress: is told how many runs there were, and how many there will be.
        left_out: names of faulty servers that are not judged; the matrix does not have them.

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
        different=_subjects(DIFFERENT, trials),
    )


def _subjects(families: _Families, trials: _Trials) -> tuple[Subject, ...]:
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
