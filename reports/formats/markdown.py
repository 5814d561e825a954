"""The report in Markdown, for a wiki, a ticket or a pull request: `report.md`.

What is ours is headings, tables and folds; every text of a record is inert (`reports/markup.py`).
"""

from collections.abc import Iterator

from orders_conformance.reports.formats.cases import Case, Result, cases_of
from orders_conformance.reports.markup import inert, inert_block, inert_line
from orders_conformance.reports.sentences import counted, shortfall
from orders_conformance.reports.summary import Report

_TEXT_LIMIT = 600
_CURL_LIMIT = 4_000
_FAILED = (Result.FAILED, Result.ERROR, Result.NOTED)


def document(report: Report) -> bytes:
    """Return `report` in Markdown, in UTF-8."""
    cases = cases_of(report)
    lines = (
        *_outcome(report),
        *_facts(report),
        *_failures(report, [case for case in cases if case.result in _FAILED]),
        *_untested(report),
        *_notes(report),
        *_requirements(report),
    )
    return ("\n".join(lines).rstrip() + "\n").encode("utf-8", "replace")


def _outcome(report: Report) -> Iterator[str]:
    yield f"# {inert(report['suite']['name'])}: {inert(report['outcome'])}"
    yield ""
    yield _line(report["headline"])
    yield ""
    yield _line(report["summary"])
    yield ""
    for reason in (report["reason"], shortfall(report)):
        if reason:
            yield f"Why: {_line(reason)}"
            yield ""


def _facts(report: Report) -> Iterator[str]:
    target, contract = report["target"], report["contract"]
    facts = {
        "Release": report["release"],
        "Target": "the embedded server" if target["embedded"] else target["url"],
        "Started": report["started_at"],
        "Profile": report["profile"],
        "Narrowed to": report["selection"],
        "Without": ", ".join(report["without"]) or None,
        "Contract": f"{contract['title']} {contract['version']}, {contract['digest']}",
        "Copy of the vendor's page": report["page"],
        "Suite": report["suite"]["version"],
        "Run": report["run"],
        "Head of the record": report["record"]["head"],
        "To repeat it": report["reproduce"],
    }
    yield "| run | |"
    yield "| --- | --- |"
    for name, value in facts.items():
        if value is not None:
            yield f"| {name} | {_line(value)} |"
    yield ""


def _failures(report: Report, failed: list[Case]) -> Iterator[str]:
    if not failed:
        return
    sources = {one["id"]: _source(one) for one in report["requirements"]}
    groups: dict[str, list[Case]] = {}
    for case in failed:
        groups.setdefault(case.group, []).append(case)
    yield "## Failed"
    yield ""
    for name, cases in groups.items():
        yield f"### {_line(name)}: {counted(len(cases), 'failure')}"
        yield ""
        yield "| requirement | level | what was seen | source |"
        yield "| --- | --- | --- | --- |"
        for case in cases:
            level = f"{inert(case.level)}, does not count" if case.result is Result.NOTED else inert(case.level)
            yield f"| {_line(case.name)} | {level} | {_line(case.message)} | {sources.get(case.name, '')} |"
        yield ""
        for case in cases:
            if case.curl:
                yield from _fold(f"To reproduce {_line(case.name)}", inert_block(case.curl, _CURL_LIMIT))


def _fold(title: str, content: str) -> Iterator[str]:
    """Yield one block of HTML, which an empty line would end."""
    yield f"<details><summary>{title}</summary>"
    yield content
    yield "</details>"
    yield ""


def _untested(report: Report) -> Iterator[str]:
    if not report["untested"]:
        return
    by_reason: dict[str, list[str]] = {}
    for one in report["untested"]:
        by_reason.setdefault(one["reason"], []).append(one["requirement"])
    yield "## Not tested, or only in part"
    yield ""
    for reason, names in by_reason.items():
        listed = "".join(f"<li>{_line(name)}</li>" for name in names)
        yield from _fold(f"{counted(len(names), 'requirement')}: {_line(reason)}", f"<ul>{listed}</ul>")


def _notes(report: Report) -> Iterator[str]:
    if report["notes"]:
        yield "## Notes"
        yield ""
        yield from (f"- {_line(note)}" for note in report["notes"])
        yield ""


def _requirements(report: Report) -> Iterator[str]:
    yield "## Requirements"
    yield ""
    yield "| requirement | level | verdict | sentence | source |"
    yield "| --- | --- | --- | --- | --- |"
    for one in report["requirements"]:
        cells = (_line(one["id"]), one["level"], one["verdict"], _line(one["sentence"]), _source(one))
        yield f"| {' | '.join(cells)} |"
    yield ""


def _source(requirement: Report) -> str:
    """Return where a requirement comes from: places, kinds and addresses, and the words of the page."""
    places = [f"{one['kind']}, {one['url']}" for one in requirement["sources"]]
    parts = [requirement["source"], *dict.fromkeys(places)]
    quote = [f"“{_line(requirement['quote'])}”"] if requirement["quote"] else []
    return "<br>".join([*(_line(part) for part in parts), *quote])


def _line(text: str) -> str:
    return inert_line(text, _TEXT_LIMIT)
