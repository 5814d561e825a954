"""The verdict on one requirement, and the outcome of a run: small total functions, tested as tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from orders_conformance.spec.extension import Level


class Observed(StrEnum):
    """What the exchanges of a run showed of a requirement."""

    KEPT = "kept"
    BROKEN = "broken"
    NOTHING = "nothing"


class Declared(StrEnum):
    """What a declared deviation does to a requirement."""

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
    """A requirement's level with its verdict, and whether that fails because a declared deviation is stale."""

    level: Level
    verdict: Verdict
    stale: bool = False


def verdict(level: Level, observed: Observed, declared: Declared) -> Verdict:
    """Give the verdict on a requirement.

    Args:
        level: an observation never fails.
        observed: what the run showed.
        declared: what was declared beforehand. A deviation in force excuses; one that is stale fails, whatever was
            shown. A requirement that nothing bore on is untested, declared or not.

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


def outcome(judged: Iterable[RequirementVerdict], *, fail_on: Level, broken: bool, narrowed: bool) -> Outcome:
    """Give the outcome of a run.

    Args:
        judged: every requirement of the run.
        fail_on: the weakest level whose failures count; a stale declaration counts at every level.
        broken: whether the run could not judge.
        narrowed: whether only some of the contract's requirements were asked for.

    """
    everything = list(judged)
    counting = {"must"} if fail_on == "must" else {"must", "should"}
    if broken or not everything:
        return Outcome.BROKEN
    if any(one.verdict is Verdict.FAILED and (one.stale or one.level in counting) for one in everything):
        return Outcome.NOT_CONFORMANT
    waived = any(one.verdict is Verdict.WAIVED and one.level in counting for one in everything)
    untested = any(one.verdict is Verdict.UNTESTED and one.level == "must" for one in everything)
    if narrowed or waived or untested:
        return Outcome.PARTIAL
    return Outcome.CONFORMANT
