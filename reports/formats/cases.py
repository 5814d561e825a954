"""The requirements of a report as test cases, which the formats of build servers have in common.

There is one case for each requirement. Where the run is broken, or counts as a failure for another reason than a
failed requirement, one more case, named `run`, fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from orders_conformance.reports.sentences import (
    FORCED,
    counts,
    evidence_count,
    how_often,
    is_stale,
    shortfall,
    ticket_and_expiry,
)
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import shortened, visible, visible_line

_MESSAGE_LIMIT = 600
_TEXT_LIMIT = 4_000
RUN = "run"


class Result(StrEnum):
    """The result of a case; `NOTED` is a failure that does not count at its level."""

    PASSED = "passed"
    FAILED = "failed"
    NOTED = "noted"
    SKIPPED = "skipped"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Case:
    """A test case; its texts are printable, whatever the server sent.

    Attributes:
        name: the id of the requirement.
        group: the group that it belongs to.
        level: the level of the requirement.
        result: its result.
        verdict: the verdict that the result stands for.
        seconds: the time that was spent on it.
        message: in one line what was expected and observed, or why it is skipped; empty where it passed.
        details: the lines that explain a failure; empty where there is none.
        output: what was observed of a requirement that did not fail.
        curl: the command that shows a failure; empty where there is none.

    """

    name: str
    group: str
    level: str
    result: Result
    verdict: str
    seconds: float = 0.0
    message: str = ""
    details: str = ""
    output: tuple[str, ...] = ()
    curl: str = ""


def suite_name(report: Report) -> str:
    """Return the name of the suite and the host of the target, which stays the same from run to run: no port."""
    target = report["target"]
    host = "embedded server" if target["embedded"] else urlsplit(target["url"]).hostname or ""
    return visible_line(f"{report['suite']['name']} {host}".rstrip())


def cases_of(report: Report) -> tuple[Case, ...]:
    """Return the cases of a report, in the order of the contract, that of the run last."""
    found = tuple(_case(requirement, report["fail_on"]) for requirement in report["requirements"])
    return (*found, *_run_case(report, found))


def _case(requirement: Report, fail_on: str) -> Case:
    verdict, result = requirement["verdict"], _result(requirement, fail_on)
    failed = result in {Result.FAILED, Result.NOTED}
    finding = next(iter(requirement["findings"]), None) if failed else None
    return Case(
        name=visible_line(requirement["id"]),
        group=visible_line(requirement["group"]),
        level=requirement["level"],
        result=result,
        verdict=verdict,
        seconds=requirement["seconds"],
        message=_message(requirement, result),
        details=visible(_details(requirement)) if failed else "",
        output=() if failed else tuple(_observed(requirement)),
        curl=visible(shortened(finding["curl"], _TEXT_LIMIT)) if finding else "",
    )


def _result(requirement: Report, fail_on: str) -> Result:
    verdict = requirement["verdict"]
    if verdict == "failed":
        return Result.FAILED if counts(requirement, fail_on) else Result.NOTED
    return Result.SKIPPED if verdict in {"untested", "waived"} else Result.PASSED


def _observed(requirement: Report) -> Iterator[str]:
    if requirement["forced"]:
        yield FORCED
    for observation in requirement["observations"]:
        yield visible_line(shortened(observation["observed"], _TEXT_LIMIT))


def _run_case(report: Report, found: Sequence[Case]) -> Iterator[Case]:
    outcome, short = report["outcome"], shortfall(report)
    failed = short or (outcome == "not conformant" and not any(one.result is Result.FAILED for one in found))
    if outcome == "broken" or failed:
        message = short or report["reason"] or report["summary"]
        yield Case(
            RUN,
            RUN,
            RUN,
            Result.FAILED if failed else Result.ERROR,
            outcome,
            message=_one_line(message),
            details=visible(report["summary"]),
        )


def _message(requirement: Report, result: Result) -> str:
    if result is Result.PASSED:
        return ""
    reason = requirement["reason"]
    if result is Result.SKIPPED:
        details = ticket_and_expiry(requirement["deviation"]) if requirement["deviation"] else ""
        details = f" ({details})" if details else ""
        return _one_line(f"{requirement['verdict']}: {reason or 'no reason is recorded'}{details}")
    findings = requirement["findings"]
    if not findings or is_stale(requirement):
        return _one_line(str(reason or requirement["sentence"]))
    often = how_often(requirement)
    expected, observed = (shortened(findings[0][key], _MESSAGE_LIMIT // 3) for key in ("expected", "observed"))
    return _one_line(f"expected {expected}; observed {observed}{f' ({often})' if often else ''}")


def _one_line(text: str) -> str:
    return visible_line(shortened(text, _MESSAGE_LIMIT))


def _details(requirement: Report) -> str:
    lines = [requirement["sentence"], f"Level: {requirement['level']}", f"Source: {requirement['source']}"]
    lines += [line for line in (requirement["reason"], evidence_count(requirement)) if line]
    for finding in requirement["findings"][:1]:
        lines += [f"{key.capitalize()}: {shortened(finding[key], _TEXT_LIMIT)}" for key in ("expected", "observed")]
        lines.append(f"To reproduce: {shortened(finding['curl'], _TEXT_LIMIT)}")
    return "\n".join(lines)
