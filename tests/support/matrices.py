"""Small matrices, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from orders_conformance.harness.selfcheck.matrix import Matrix, Subject
from orders_conformance.harness.selfcheck.trial import Trial
from orders_conformance.spec.sources import Level

PROFILES = ("ci", "tenant")
MUST, SHOULD, INFO = "create/must", "create/should/it", "create/info"
# So many that no trial costs too much for the contract.
_OTHERS: Mapping[str, Level] = dict.fromkeys((f"create/other/{number}" for number in range(200)), "info")


def trial(*failed: str, broken: str | None = None, requests: int = 100, orders: int = 10) -> Trial:
    found_by = failed[0] if failed else None
    return Trial(failed, broken, found_by, 7 if failed else None, requests=requests, orders=orders)


def both(one: Trial) -> dict[str, Trial]:
    return dict.fromkeys(PROFILES, one)


def subject(
    name: str,
    trials: Mapping[str, Trial],
    *breaks: str,
    about: str = "Is otherwise.",
    stops_run: Mapping[str, str] = MappingProxyType({}),
) -> Subject:
    return Subject(name, "family", about, breaks, trials, stops_run)


def matrix(
    *,
    embedded: Mapping[str, Trial] | None = None,
    faulty: tuple[Subject, ...] = (),
    different: tuple[Subject, ...] = (),
) -> Matrix:
    """Make a matrix that has no shortcomings, but for what is given; two faults break what can be broken."""
    sound = (subject("one", both(trial(MUST)), MUST), subject("other", both(trial(SHOULD)), "create/should/*"))
    return Matrix(
        levels={MUST: "must", SHOULD: "should", INFO: "info", **_OTHERS},
        embedded=embedded or both(trial()),
        faulty=(*sound, *faulty),
        different=different,
    )
