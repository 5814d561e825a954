"""The outcome of a run in one sentence that says what is broken, or why nothing that failed is not the whole.

It is made once, for the report, so that every format has the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from orders_conformance.reports.causes import Cause, level_counts
from orders_conformance.reports.sentences import NARROWED, counted, counts, not_sent
from orders_conformance.reports.text import clipped

if TYPE_CHECKING:
    from orders_conformance.reports.summary import Report

# So many reasons are named, and so many characters of each.
_REASONS, _REASON_LIMIT = 2, 120


def headline(report: Report, found: Sequence[Cause]) -> str:
    """Return the outcome in one sentence without a full stop.

    Args:
        report: the report; all of it but this sentence.
        found: the causes of its failures.

    """
    if report["ended_at"] is None:
        return "Not judged: the run ended early"
    match report["outcome"]:
        case "not conformant" if found:
            more = [one for cause in found[1:] for one in cause.requirements]
            others = f", and {counted(len(found) - 1, 'other cause')} ({level_counts(more)})" if more else ""
            return f"Not conformant: {found[0].sentence} ({found[0].levels}){others}"
        case "not conformant":
            return "Not conformant"
        case "conformant":
            return f"Conformant: {_kept(report)}"
        case "partial":
            return f"{_nothing_failed(report)}; {'; '.join(_shortcomings(report)) or _recorded(report)}"
    return "Broken: the run could not judge the server"


def _kept(report: Report) -> str:
    """Return what a conformant run shows; failures and gaps below the level that counts are said."""
    fail_on = report["fail_on"]
    failed = [one for one in report["requirements"] if one["verdict"] == "failed" and not counts(one, fail_on)]
    untested = fail_on != "must" and report["counts"][fail_on]["untested"]
    if untested:
        return f"nothing failed; {untested:,} {fail_on} {_was(untested)} not tested"
    whole = "every requirement that counts was tested and passed"
    return f"{whole}; {level_counts(failed)} failed, which does not count" if failed else whole


def _nothing_failed(report: Report) -> str:
    failed = any(one["verdict"] == "failed" for one in report["requirements"])
    return "Nothing that counts failed" if failed else "Nothing failed"


def _shortcomings(report: Report) -> Iterator[str]:
    """Yield why a run without a failure that counts is not conformant."""
    requirements, counting = report["requirements"], {"must", report["fail_on"]}
    if report["selection"] is not None:
        yield f"only what matches {clipped(report['selection'], _REASON_LIMIT)!r} was judged"
    elif NARROWED in (report["reason"] or ""):
        yield NARROWED
    untested = [one for one in requirements if (one["level"], one["verdict"]) == ("must", "untested")]
    if report["without"]:
        lacking = [one for one in untested if one["without"] is not None]
        declared = f"declared without {', '.join(report['without'])}"
        yield f"{declared}, so that {len(lacking):,} must {_was(len(lacking))} not tested" if lacking else declared
    yield from _gaps([one for one in untested if one["without"] is None], report["profile"])
    waived = level_counts([one for one in requirements if one["verdict"] == "waived" and one["level"] in counting])
    if waived:
        yield f"waived by a declared deviation: {waived}"
    forced = level_counts([one for one in requirements if one["forced"] and one["level"] in counting])
    if forced:
        yield f"judged by forced responses alone: {forced}"


def _recorded(report: Report) -> str:
    """Return the reason that the record has, where the verdicts show none."""
    reason = report["reason"] or "only a part was judged"
    return reason[:1].lower() + reason[1:].removesuffix(".")


def _gaps(untested: Sequence[Report], profile: str) -> Iterator[str]:
    """Yield which requirements were not tested: what the profile never sends, and what has another reason."""
    by_profile: dict[str, int] = {}
    others: dict[str, int] = {}
    for one in untested:
        reason = one["reason"] or "no reason is recorded"
        what = not_sent(reason, profile)
        group, name = (others, reason) if what is None else (by_profile, what)
        group[name] = group.get(name, 0) + 1
    if by_profile:
        yield f"not tested by this profile: {_with_reasons(by_profile)}"
    if others:
        yield f"not tested: {_with_reasons(others)}"


def _with_reasons(reasons: Mapping[str, int]) -> str:
    """Return how many requirements of level must there are, with the reasons, the most frequent first."""
    ranked = sorted(reasons, key=lambda reason: -reasons[reason])
    named = "; ".join(clipped(reason, _REASON_LIMIT) for reason in ranked[:_REASONS])
    more = f"; and {counted(len(ranked) - _REASONS, 'more reason')}" if len(ranked) > _REASONS else ""
    return f"{sum(reasons.values()):,} must ({named}{more})"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
