"""The last words of a run on the terminal."""

from collections.abc import Iterator
from pathlib import Path

from reports.schema import LEVELS
from reports.summary import Report
from reports.text import clipped, visible_line

FAILURES_SHOWN = 40
_PHRASE_LIMIT = 160


def closing_lines(report: Report, page: Path, *, limit: int = FAILURES_SHOWN) -> tuple[str, ...]:
    """Return the lines that end a run: what failed, the summary sentence, why, and where the report lies.

    Args:
        report: What `reports.summary.summarise` made of the record.
        page: The path of the report that a person should open.
        limit: How many failed requirements get a line of their own.

    Every line is free of escape sequences, whatever the server sent.
    """
    return (*_failures(report, limit), visible_line(report["summary"]), *_why(report), f"Report: {_shown(str(page))}")


def account(requirement: Report) -> str:
    """Say on one line, free of escape sequences, what was expected and observed of a requirement that failed."""
    finding = next(iter(requirement["findings"]), None)
    if finding is None:
        return _shown(requirement["reason"] or requirement["sentence"])
    return f"expected {_shown(finding['expected'])}; observed {_shown(finding['observed'])}"


def _failures(report: Report, limit: int) -> Iterator[str]:
    failed = [requirement for requirement in report["requirements"] if requirement["verdict"] == "failed"]
    failed.sort(key=lambda requirement: LEVELS.index(requirement["level"]))
    for requirement in failed[:limit]:
        yield f"failed {requirement['level']:<6} {_shown(requirement['id'])}: {account(requirement)}"
    if len(failed) > limit:
        yield f"… and {len(failed) - limit} more failed requirements; the report has them all."


def _why(report: Report) -> Iterator[str]:
    if report["reason"]:
        yield f"Why: {visible_line(report['reason'])}"


def _shown(text: str) -> str:
    return visible_line(clipped(text, _PHRASE_LIMIT))
