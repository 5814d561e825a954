"""The lines that a run prints on the terminal at its end."""

from collections.abc import Iterator
from pathlib import Path

from orders_conformance.reports.formats.deviations import is_judged, open_reasons
from orders_conformance.reports.record.schema import LEVELS
from orders_conformance.reports.sentences import counted, how_often, shortfall, ticket_and_expiry
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import clipped, console_line

FAILURES_SHOWN = 40
_TEXT_LIMIT = 240


def closing_lines(
    report: Report, page: Path, *, limit: int = FAILURES_SHOWN, deviations: Path | None = None
) -> tuple[str, ...]:
    """Return the last lines of a run: what failed, is waived or untested, notes, the summary, its reason, the report.

    Args:
        report: The report that `reports.summary.summarise` returned.
        page: The path of the HTML report.
        limit: How many failed requirements, how many waived ones, and how many notes have a line of their own.
        deviations: The path of the deviations file to be written, if any.

    All lines consist of printable characters, whatever the server sent.
    """
    return (*detail_lines(report, limit), *last_lines(report, page, deviations))


def detail_lines(report: Report, limit: int = FAILURES_SHOWN) -> tuple[str, ...]:
    """Return a printable line for each requirement that failed, is waived or untested, and for each note."""
    return (
        *_requirement_lines(report, "waived", limit),
        *_requirement_lines(report, "failed", limit),
        *_untested_lines(report, limit),
        *_note_lines(report, limit),
    )


def last_lines(report: Report, page: Path, deviations: Path | None = None) -> tuple[str, ...]:
    """Return the outcome of a run, its reason, and the paths of its files, in printable lines."""
    return (*summary_lines(report, page), *_deviations_line(report, deviations))


def summary_lines(report: Report, page: Path) -> tuple[str, ...]:
    """Return the outcome of a run, its reason, and the path of the HTML report, in printable lines."""
    return (*_outcome_lines(report), f"Report: {_one_line(str(page))}")


def outcome_line(requirement: Report) -> str:
    """Return in one printable line what is wrong with a failed requirement, or why a requirement is waived."""
    deviation = requirement["deviation"]
    if deviation is not None:
        details = ticket_and_expiry(deviation) if requirement["verdict"] == "waived" else ""
        return _one_line(requirement["reason"]) + (f" ({_one_line(details)})" if details else "")
    finding = next(iter(requirement["findings"]), None)
    if finding is None:
        return _one_line(requirement["reason"] or requirement["sentence"])
    often = how_often(requirement)
    return f"expected {_one_line(finding['expected'])}; observed {_one_line(finding['observed'])}" + (
        f" ({_one_line(often)})" if often else ""
    )


def _requirement_lines(report: Report, verdict: str, limit: int) -> Iterator[str]:
    found = [requirement for requirement in report["requirements"] if requirement["verdict"] == verdict]
    found.sort(key=lambda requirement: LEVELS.index(requirement["level"]))
    for requirement in found[:limit]:
        yield f"{verdict} {requirement['level']:<6} {_one_line(requirement['id'])}: {outcome_line(requirement)}"
    if len(found) > limit:
        yield f"… and {counted(len(found) - limit, f'more {verdict} requirement')}; the report lists all of them."


def _untested_lines(report: Report, limit: int) -> Iterator[str]:
    """Yield a line for each reason why requirements of level must were not tested; in a broken run there is one."""
    if report["outcome"] == "broken":
        return
    musts = {one["id"] for one in report["requirements"] if (one["level"], one["verdict"]) == ("must", "untested")}
    reasons: dict[str, list[str]] = {}
    for entry in report["untested"]:
        if entry["requirement"] in musts:
            reasons.setdefault(entry["reason"], []).append(entry["requirement"])
    for reason, names in list(reasons.items())[:limit]:
        what = names[0] if len(names) == 1 else counted(len(names), "requirement")
        yield f"untested must {_one_line(what)}: {_one_line(reason)}"


def _note_lines(report: Report, limit: int) -> Iterator[str]:
    notes = report["notes"]
    yield from (f"Note: {_one_line(note)}" for note in notes[:limit])
    more = len(notes) - limit
    if more > 0:
        yield f"… and {more} more note{'' if more == 1 else 's'}; the report lists all of them."


def _deviations_line(report: Report, deviations: Path | None) -> Iterator[str]:
    if deviations is not None and is_judged(report):
        missing = open_reasons(report)
        todo = f"; fill in {counted(missing, 'reason')}" if missing else ""
        yield f"Deviations: {_one_line(str(deviations))}{todo}"
    elif deviations is not None:
        yield "Deviations: not written, because the run is broken"


def _outcome_lines(report: Report) -> Iterator[str]:
    yield console_line(report["summary"])
    if report["reason"]:
        yield f"Why: {console_line(report['reason'])}"
    if short := shortfall(report):
        yield short


def _one_line(text: str) -> str:
    return console_line(clipped(text, _TEXT_LIMIT))
