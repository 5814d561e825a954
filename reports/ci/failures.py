"""The failed cases of a report by group, as a CI system shows them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from orders_conformance.reports.formats.cases import Case, Result, cases_of
from orders_conformance.reports.summary import Report


@dataclass(frozen=True, slots=True)
class Group:
    """A group of requirements of which some failed: its name, the failed cases, and how many it has in all."""

    name: str
    failed: tuple[Case, ...]
    total: int

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
    found = (Group(name, tuple(failed), totals[name]) for name, failed in by_group.items())
    return tuple(sorted(found, key=lambda one: -len(one.failed)))


def _failed(cases: Iterable[Case]) -> Iterable[Case]:
    return (case for case in cases if case.result in {Result.FAILED, Result.ERROR})
