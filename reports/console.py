"""The last words of a run on the terminal."""

from collections.abc import Iterator
from pathlib import Path

from orders_conformance.reports.formats.deviations import blank, is_judged
from orders_conformance.reports.record.schema import LEVELS
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import clipped, visible_line
from orders_conformance.reports.wording import followed_up

FAILURES_SHOWN = 40
_PHRASE_LIMIT = 160


def closing_lines(
    report: Report, page: Path, *, limit: int = FAILURES_SHOWN, deviations: Path | None = None
) -> tuple[str, ...]:
    """Return the lines that end a run: what failed or is waived, notes, the summary, why, and where the report lies.

    Args:
        report: What `orders_conformance.reports.summary.summarise` made of the record.
        page: The path of the report that a person should open.
        limit: How many failed requirements, how many waived ones, and how many notes get a line of their own.
        deviations: The path of the deviations file that was asked for.

    Every line is free of escape sequences, whatever the server sent.
    """
    return (
        *_listed(report, "waived", limit),
        *_listed(report, "failed", limit),
        *_notes(report, limit),
        visible_line(report["summary"]),
        *_why(report),
        f"Report: {_shown(str(page))}",
        *_suggested(report, deviations),
    )


def account(requirement: Report) -> str:
    """Say on one line, free of escape sequences, what is wrong with a requirement that failed, or why it is waived."""
    deviation = requirement["deviation"]
    if deviation is not None:
        told = followed_up(deviation) if requirement["verdict"] == "waived" else ""
        return _shown(requirement["reason"]) + (f" ({_shown(told)})" if told else "")
    finding = next(iter(requirement["findings"]), None)
    if finding is None:
        return _shown(requirement["reason"] or requirement["sentence"])
    return f"expected {_shown(finding['expected'])}; observed {_shown(finding['observed'])}"


def _listed(report: Report, verdict: str, limit: int) -> Iterator[str]:
    found = [requirement for requirement in report["requirements"] if requirement["verdict"] == verdict]
    found.sort(key=lambda requirement: LEVELS.index(requirement["level"]))
    for requirement in found[:limit]:
        yield f"{verdict} {requirement['level']:<6} {_shown(requirement['id'])}: {account(requirement)}"
    if len(found) > limit:
        yield f"… and {len(found) - limit} more {verdict} requirements; the report has them all."


def _notes(report: Report, limit: int) -> Iterator[str]:
    notes = report["notes"]
    yield from (f"Note: {_shown(note)}" for note in notes[:limit])
    more = len(notes) - limit
    if more > 0:
        yield f"… and {more} more note{'' if more == 1 else 's'}; the report has them all."


def _suggested(report: Report, deviations: Path | None) -> Iterator[str]:
    if deviations is not None and is_judged(report):
        blanks = blank(report)
        todo = f"; fill in {blanks} reason{'' if blanks == 1 else 's'}" if blanks else ""
        yield f"Deviations: {_shown(str(deviations))}{todo}"
    elif deviations is not None:
        yield "Deviations: not written, since the run could not judge"


def _why(report: Report) -> Iterator[str]:
    if report["reason"]:
        yield f"Why: {visible_line(report['reason'])}"


def _shown(text: str) -> str:
    return visible_line(clipped(text, _PHRASE_LIMIT))
