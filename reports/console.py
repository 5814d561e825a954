"""The lines that a run prints on the terminal at its end."""

from collections.abc import Iterator
from pathlib import Path

from orders_conformance.reports.formats.deviations import is_judged, open_reasons
from orders_conformance.reports.groups import Group, grouped
from orders_conformance.reports.record.schema import LEVELS
from orders_conformance.reports.sentences import counted, how_often, shortfall, ticket_and_expiry
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import clipped, console_line

FAILURES_SHOWN = 40
_TEXT_LIMIT = 240
_HEADLINE_LIMIT = 1_000
# So many failures are shown of a feature that the target seems to lack.
_EXAMPLES = 3


def closing_lines(
    report: Report, page: Path, *, limit: int = FAILURES_SHOWN, deviations: Path | None = None
) -> tuple[str, ...]:
    """Return the last lines of a run: what failed, is waived or untested, notes, the summary, its reason, the report.

    Args:
        report: The report that `reports.summary.summarise` returned.
        page: The path of the HTML report.
        limit: How many groups, how many requirements that failed or are waived, and how many notes have a line.
        deviations: The path of the deviations file to be written, if any.

    All lines consist of printable characters, whatever the server sent.
    """
    return (*detail_lines(report, limit), *last_lines(report, page, deviations))


def detail_lines(report: Report, limit: int = FAILURES_SHOWN) -> tuple[str, ...]:
    """Return printable lines: the groups with what failed or is waived under them, what is untested, and the notes."""
    return (
        *_group_lines(report, limit),
        *_untested_lines(report, limit),
        *_forced_line(report),
        *_note_lines(report, limit),
    )


def last_lines(report: Report, page: Path, deviations: Path | None = None) -> tuple[str, ...]:
    """Return the outcome of a run, its reason, and the paths of its files, in printable lines."""
    return (*summary_lines(report, page), *_deviations_line(report, deviations))


def summary_lines(report: Report, page: Path) -> tuple[str, ...]:
    """Return the outcome of a run, its reason, and the path of the HTML report, in printable lines."""
    return (*_outcome_lines(report), f"Report: {_one_line(str(page))}")


def short_lines(report: Report, page: Path) -> tuple[str, ...]:
    """Return the outcome of a run in one sentence, and the path of the HTML report, in printable lines."""
    return (_headline(report), f"Report: {_one_line(str(page))}")


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


def _group_lines(report: Report, limit: int) -> Iterator[str]:
    """Yield a line for each group of which something failed or is waived, the worst first, with its requirements below.

    Of a feature that the target seems to lack, some examples are enough.
    """
    groups = sorted(grouped(report["requirements"], report["hints"]), key=_weight, reverse=True)
    concerned = [(group, found) for group in groups if (found := list(_wrong(group)))]
    left = limit
    for group, found in concerned[:limit]:
        shown = found[: min(left, _EXAMPLES if group.hint else limit)]
        left -= len(shown)
        yield _heading(group)
        yield from (f"  {_requirement_line(one)}" for one in shown)
        if more := len(found) - len(shown):
            yield f"  … and {more} more; the report lists all of them."
    if (more := len(concerned) - limit) > 0:
        yield f"… and {counted(more, 'more group')}; the report lists all of them."


def _weight(group: Group) -> tuple[int, ...]:
    """Return how bad a group is: by the failures of each level, the strongest level first."""
    failed = [one["level"] for one in group.members if one["verdict"] == "failed"]
    return tuple(failed.count(level) for level in LEVELS)


def _wrong(group: Group) -> Iterator[Report]:
    """Yield what failed, by level, and then what is waived."""
    for verdict in ("failed", "waived"):
        found = [dict(one) for one in group.members if one["verdict"] == verdict]
        yield from sorted(found, key=lambda one: LEVELS.index(one["level"]))


def _heading(group: Group) -> str:
    failed, waived, total = group.count("failed"), group.count("waived"), len(group.members)
    parts = [f"{number} of {total} {word}" for number, word in ((failed, "failed"), (waived, "waived")) if number]
    return _one_line(f"{group.name}: {', '.join(parts)}{f'; {group.hint}' if group.hint else ''}")


def _requirement_line(requirement: Report) -> str:
    what = f"{requirement['verdict']} {requirement['level']:<6} {_one_line(requirement['id'])}"
    return f"{what}: {outcome_line(requirement)}"


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


def _forced_line(report: Report) -> Iterator[str]:
    if number := sum(one["forced"] for one in report["requirements"]):
        yield f"forced {counted(number, 'requirement')}: judged by forced responses alone"


def _note_lines(report: Report, limit: int) -> Iterator[str]:
    notes = [note for note in report["notes"] if note not in report["hints"].values()]
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
    yield _headline(report)
    yield console_line(report["summary"])
    # Why an outcome is partial is said by its first line.
    if report["reason"] and report["outcome"] != "partial":
        yield f"Why: {console_line(report['reason'])}"
    if short := shortfall(report):
        yield short


def _headline(report: Report) -> str:
    return console_line(clipped(report["headline"], _HEADLINE_LIMIT))


def _one_line(text: str) -> str:
    return console_line(clipped(text, _TEXT_LIMIT))
