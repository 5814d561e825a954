"""The verdict on one requirement and the outcome of a run, as pure functions that cover every case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from orders_conformance.spec.sources import Level


class Observed(StrEnum):
    """What the exchanges of a run show about a requirement."""

    KEPT = "kept"
    BROKEN = "broken"
    NOTHING = "nothing"


class Declared(StrEnum):
    """The state of the declared deviation of a requirement: none, in force or stale."""

    NOT = "not"
    IN_FORCE = "in force"
    STALE = "stale"


class Verdict(StrEnum):
    """The verdict on a requirement."""

    PASSED = "passed"
    FAILED = "failed"
    WAIVED = "waived"
    UNTESTED = "untested"
    OBSERVED = "observed"


class Outcome(StrEnum):
    """The outcome of a run."""

    CONFORMANT = "conformant"
    PARTIAL = "partial"
    NOT_CONFORMANT = "not conformant"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class RequirementVerdict:
    """The level and verdict of a requirement.

    Attributes:
        level: the level.
        verdict: the verdict.
        stale: whether it failed because a declared deviation is stale.
        forced: whether forced responses alone show something about it.

    """

    level: Level
    verdict: Verdict
    stale: bool = False
    forced: bool = False


def verdict(level: Level, observed: Observed, declared: Declared) -> Verdict:
    """Return the verdict on a requirement.

    Args:
        level: the level of the requirement; one of level `info` never fails.
        observed: what the run shows. If it shows nothing, the requirement is untested, whatever is declared.
        declared: the state of the declared deviation. One in force waives a broken requirement; a stale one fails the
            requirement, broken or not.

    """
    if observed is Observed.NOTHING:
        return Verdict.UNTESTED
    if level == "info":
        return Verdict.OBSERVED
    if declared is Declared.STALE:
        return Verdict.FAILED
    if observed is Observed.BROKEN:
        return Verdict.WAIVED if declared is Declared.IN_FORCE else Verdict.FAILED
    return Verdict.PASSED


def outcome(
    judged: Iterable[RequirementVerdict], *, fail_on: Level, broken: bool, narrowed: bool, without: bool = False
) -> Outcome:
    """Return the outcome of a run.

    Args:
        judged: the verdicts on all requirements of the run.
        fail_on: the weakest level whose failures count; a stale declaration counts at every level.
        broken: whether the run could not judge the target.
        narrowed: whether only some of the contract's requirements were selected.
        without: whether the target was declared to lack features.

    """
    everything = list(judged)
    counting = {"must"} if fail_on == "must" else {"must", "should"}
    if broken or not everything:
        return Outcome.BROKEN
    if any(one.verdict is Verdict.FAILED and (one.stale or one.level in counting) for one in everything):
        return Outcome.NOT_CONFORMANT
    waived = any(one.verdict is Verdict.WAIVED and one.level in counting for one in everything)
    untested = any(one.verdict is Verdict.UNTESTED and one.level == "must" for one in everything)
    forced = any(one.forced and one.level in counting for one in everything)
    if narrowed or waived or untested or without or forced:
        return Outcome.PARTIAL
    return Outcome.CONFORMANT
