"""What GitHub Actions shows of a run: annotations, which are lines of the output, and the summary of the job.

The text of a server is made printable first. In an annotation, what would end the command is percent-encoded. In the
summary, which is Markdown with HTML, every character but letters, digits and blanks is a character reference, and the
text stands in `tt` or `pre`, in which GitHub looks for no mentions: it forms neither markup nor links.
"""

from collections.abc import Iterator, Sequence

from orders_conformance.reports.ci.failures import Group, failed_groups
from orders_conformance.reports.formats.cases import RUN, Case
from orders_conformance.reports.markup import inert, inert_block, inert_line
from orders_conformance.reports.sentences import capitalised, counted, shortfall
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import clipped, visible, visible_line

# GitHub shows so many annotations of a step; the last one sums up the rest.
ANNOTATIONS = 10
_SHOWN_IN_ANNOTATION = 3
# So many failures are shown of a feature that the target seems to lack.
_EXAMPLES = 3
# GitHub takes 1 MiB; a character may become eight.
_SHOWN_IN_SUMMARY = 50
_TEXT_LIMIT = 600
_CURL_LIMIT = 2_000


def annotation_lines(report: Report) -> tuple[str, ...]:
    """Return a workflow command for each group of failed requirements; what exceeds the limit is summed up."""
    groups, name = failed_groups(report), report["suite"]["name"]
    shown = groups if len(groups) <= ANNOTATIONS else groups[: ANNOTATIONS - 1]
    lines = [_command(_title(name, group), _message(group)) for group in shown]
    if rest := groups[len(shown) :]:
        failed = sum(len(group.failed) for group in rest)
        names = ", ".join(group.name for group in rest)
        title = f"{name}: {counted(failed, 'more failed requirement')}"
        lines.append(_command(title, f"In {counted(len(rest), 'more group')}: {clipped(names, _TEXT_LIMIT)}"))
    return tuple(lines)


def _title(name: str, group: Group) -> str:
    return f"{name}: the run" if group.name == RUN else f"{name} {group.name}: {group.share}"


def _message(group: Group) -> str:
    lines = [_case_line(case) for case in group.failed[:_SHOWN_IN_ANNOTATION]]
    more = len(group.failed) - len(lines)
    hint = [capitalised(group.hint)] if group.hint else []
    return "\n".join([*hint, *lines, *([f"… and {more} more"] if more else [])])


def _case_line(case: Case) -> str:
    return case.message if case.group == RUN else f"{case.name} ({case.level}): {case.message}"


def _command(title: str, message: str) -> str:
    title = _escaped(visible_line(title)).replace(":", "%3A").replace(",", "%2C")
    return f"::error title={title}::{_escaped(visible(message))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def job_summary(report: Report, folder: str) -> str:
    """Return the summary of a job in Markdown.

    Args:
        report: the report of the run.
        folder: the name of the folder of record, ledger and reports.

    """
    return "\n".join((*_outcome(report), *_groups(report), *_notes(report), *_files(folder), ""))


def _outcome(report: Report) -> Iterator[str]:
    yield f"### {inert(report['suite']['name'])}: {inert(report['outcome'])}"
    yield ""
    yield _quoted(report["headline"])
    yield ""
    yield _quoted(report["summary"])
    for reason in (report["reason"], shortfall(report)):
        if reason:
            yield ""
            yield f"Why: {_quoted(reason)}"
    yield ""


def _groups(report: Report) -> Iterator[str]:
    groups = failed_groups(report)
    if not groups:
        return
    yield "| group | failed | first |"
    yield "| --- | --- | --- |"
    for group in groups[:_SHOWN_IN_SUMMARY]:
        yield f"| {_quoted(group.name)} | {group.share} | {_quoted(group.failed[0].name)} |"
    yield ""
    left = _SHOWN_IN_SUMMARY
    for group in groups[:_SHOWN_IN_SUMMARY]:
        shown = group.failed[: min(left, _EXAMPLES if group.hint else _SHOWN_IN_SUMMARY)]
        left -= len(shown)
        yield from _group(group, shown)
    if (more := len(groups) - _SHOWN_IN_SUMMARY) > 0:
        yield f"… and {counted(more, 'more group')}; the report has all of them."
        yield ""


def _group(group: Group, shown: Sequence[Case]) -> Iterator[str]:
    yield f"#### {_quoted(group.name)}: {group.share}"
    yield ""
    if group.hint:
        yield _quoted(capitalised(group.hint))
        yield ""
    for case in shown:
        yield from _failure(case)
    if more := len(group.failed) - len(shown):
        yield f"… and {more} more; the report has all of them."
        yield ""


def _failure(case: Case) -> Iterator[str]:
    """Yield the fold of a failure: one block of HTML, which an empty line would end."""
    yield f"<details><summary>{_quoted(case.name)} ({inert(case.level)})</summary>"
    yield f"<p>{_quoted(case.message)}</p>"
    if case.curl:
        yield inert_block(case.curl, _CURL_LIMIT)
    yield "</details>"
    yield ""


def _notes(report: Report) -> Iterator[str]:
    notes = [note for note in report["notes"] if note not in report["hints"].values()]
    for note in notes[:_SHOWN_IN_SUMMARY]:
        yield f"- Note: {_quoted(note)}"
    yield ""


def _files(folder: str) -> Iterator[str]:
    yield f"Record, ledger and reports are in the folder {_quoted(folder)}; keep it as an artefact."


def _quoted(text: str) -> str:
    return inert_line(text, _TEXT_LIMIT)
