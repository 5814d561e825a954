"""The failed cases of a report by group, as a CI system shows them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from orders_conformance.reports.formats.cases import Case, Result, cases_of
from orders_conformance.reports.record.schema import LEVELS
from orders_conformance.reports.summary import Report


@dataclass(frozen=True, slots=True)
class Group:
    """A group of requirements of which some failed.

    Attributes:
        name: its name, as in every report.
        failed: the failed cases, the strongest level first.
        total: how many requirements it has.
        hint: why it seems that the target lacks the feature of this name; None where it does not.

    """

    name: str
    failed: tuple[Case, ...]
    total: int
    hint: str | None = None

    @property
    def share(self) -> str:
        """How many failed, in words."""
        return f"{len(self.failed)} of {self.total} failed"


def failed_groups(report: Report) -> tuple[Group, ...]:
    """Return the groups that have a failure that counts, the one with most failures first."""
    cases = cases_of(report)
    totals = Counter(case.group for case in cases)
    by_group: dict[str, list[Case]] = {}
    for case in _failed(cases):
        by_group.setdefault(case.group, []).append(case)
    found = (
        Group(name, tuple(sorted(failed, key=_rank)), totals[name], report["hints"].get(name))
        for name, failed in by_group.items()
    )
    return tuple(sorted(found, key=lambda one: -len(one.failed)))


def _rank(case: Case) -> int:
    return LEVELS.index(case.level) if case.level in LEVELS else 0


def _failed(cases: Iterable[Case]) -> Iterable[Case]:
    return (case for case in cases if case.result in {Result.FAILED, Result.ERROR})
