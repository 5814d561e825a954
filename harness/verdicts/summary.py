"""Summarise a run: the verdict on each requirement, the reason of the outcome, and the outcome in one sentence."""

from __future__ import annotations

from collections.abc import Collection

from orders_conformance.harness.verdicts.verdict import (
    Declared,
    Observed,
    Outcome,
    RequirementVerdict,
    Verdict,
    verdict,
)
from orders_conformance.harness.verdicts.waivers import Waiver
from orders_conformance.reports.sentences import NARROWED, counted
from orders_conformance.spec.sources import Level

_LEVELS: tuple[Level, ...] = ("must", "should")


def judge(level: Level, observed: Observed, waiver: Waiver | None) -> RequirementVerdict:
    """Return the verdict on a requirement, from the observations and the declared deviation."""
    declared = waiver.declared if waiver else Declared.NOT
    given = verdict(level, observed, declared)
    return RequirementVerdict(level, given, stale=given is Verdict.FAILED and declared is Declared.STALE)


def why(
    result: Outcome, judged: Collection[RequirementVerdict], *, narrowed: bool, without: Collection[str] = ()
) -> str | None:
    """Return the reason why a run is partial, or not conformant because of a stale deviation; else None.

    Args:
        result: the outcome of the run.
        judged: the verdicts on all requirements of the run.
        narrowed: whether only some of the contract's requirements were selected.
        without: the features that the target was declared to lack.

    """
    if result is Outcome.NOT_CONFORMANT:
        if not any(one.stale for one in judged):
            return None
        return "a declared deviation or a feature of --without is stale" if without else "a declared deviation is stale"
    if result is not Outcome.PARTIAL:
        return None
    untested = any(one.level == "must" and one.verdict is Verdict.UNTESTED for one in judged)
    waived = sum(one.verdict is Verdict.WAIVED for one in judged)
    forced = sum(one.forced for one in judged)
    reasons = (
        NARROWED if narrowed else "",
        f"declared without {', '.join(without)}" if without else "",
        "not every requirement of level must was tested" if untested and not narrowed and not without else "",
        f"{counted(forced, 'requirement was', 'requirements were')} judged by forced responses alone" if forced else "",
        f"{waived} declared deviation{' is' if waived == 1 else 's are'} waived" if waived else "",
    )
    return "; ".join(reason for reason in reasons if reason)


def sentence(result: Outcome, judged: Collection[RequirementVerdict], fail_on: Level, cost: str) -> str:
    """Return the numbers of a run in one sentence.

    Args:
        result: the outcome of the run.
        judged: the verdicts on all requirements of the run.
        fail_on: the weakest level whose failures count.
        cost: the requests and orders of the run, in words.

    """
    shares = ", ".join(_share(level, [one.verdict for one in judged if one.level == level]) for level in _LEVELS)
    return f"{result.value.capitalize()}, failing on {fail_on}: {shares}; {cost}."


def _share(level: Level, given: list[Verdict]) -> str:
    failed, waived, untested = (given.count(one) for one in (Verdict.FAILED, Verdict.WAIVED, Verdict.UNTESTED))
    failures = f"{failed} of {len(given)} {level} requirements failed"
    gaps = [f"{waived} {'is' if waived == 1 else 'are'} waived"] if waived else []
    gaps += [f"{untested} {'was' if untested == 1 else 'were'} not tested"] if untested else []
    return " and ".join((failures, *gaps))
