"""Suggests a deviations file for a report: what failed, so that a person can declare why it is accepted.

The file contains the declarations that are still valid, and one with an empty reason for each requirement that failed,
or for a whole group of them. A run rejects the file until all reasons are filled in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import tomlkit
from tomlkit.items import Comment, Table

from orders_conformance.reports.record.schema import Event
from orders_conformance.reports.sentences import is_stale
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import shortened, visible_line

_COMMENT_LIMIT = 300
_HEAD = (
    "Declared deviations of {target}, suggested by run {run}.",
    "Fill in each reason: a run rejects a file with an empty one. Optional keys:",
    '  ticket = "https://..."',
    "  expires = 2027-03-31, the last day on which the deviation is accepted",
    "  may = true, for a fault that does not show in every run",
)


def suggestion(report: Report) -> str:
    """Return the deviations file for `report` as TOML; text of the server is in comments and printable."""
    document, tables = tomlkit.document(), tomlkit.aot()
    for line in _HEAD:
        document.add(_comment(line.format(target=report["target"]["url"], run=report["run"])))
    for entry in _still_valid(report):
        tables.append(_table(entry))
    for table in _suggested(report, ()):
        tables.append(table)
    if tables:
        document.add("deviation", tables)
    return tomlkit.dumps(document)


def additions(report: Report, existing: str) -> str:
    """Return a deviations file with what it lacks for `report` added; what stands in it stays as it is.

    Args:
        report: the report.
        existing: the content of the file, which is TOML.

    """
    declared = [str(one.get("requirement")) for one in tomlkit.parse(existing).get("deviation", [])]
    document, tables = tomlkit.document(), tomlkit.aot()
    for table in _suggested(report, declared):
        tables.append(table)
    if not tables:
        return existing
    document.add("deviation", tables)
    return f"{existing.rstrip()}\n\n{tomlkit.dumps(document)}"


def is_judged(report: Report) -> bool:
    """Return whether the run of a report judged the server, so that its failures can be declared."""
    return bool(report["outcome"] != "broken")


def open_reasons(report: Report) -> int:
    """Return how many reasons have to be filled in."""
    return len(_grouped(report, _undeclared_failures(report)))


def _undeclared_failures(report: Report) -> list[Report]:
    """Return the requirements that the server failed and that no valid declaration covers."""
    return [one for one in report["requirements"] if one["verdict"] == "failed" and one["against"]]


def _suggested(report: Report, declared: Sequence[str]) -> Iterator[Table]:
    """Yield a table for each requirement, or group, that failed and that no declared pattern covers."""
    failed = [
        one for one in _undeclared_failures(report) if not any(fnmatchcase(one["id"], pattern) for pattern in declared)
    ]
    for pattern, members in _grouped(report, failed).items():
        yield _table({"requirement": pattern, "reason": ""}, _comments_on(members))


def _grouped(report: Report, failed: Iterable[Report]) -> Mapping[str, list[Report]]:
    """Return failed requirements by the pattern to declare: the widest one under which everything tested failed.

    A pattern covers no requirement that passed, and at least two that failed; a single one has its id.
    """
    left = {one["id"]: one for one in failed}
    others = [
        one["id"]
        for one in report["requirements"]
        if one["id"] not in left and one["verdict"] not in {"untested", "observed"}
    ]
    grouped: dict[str, list[Report]] = {}
    for name in list(left):
        if name not in left:
            continue
        parts = name.split("/")
        # Never the whole contract: the first part is its name.
        wider = ("/".join((*parts[:length], "*")) for length in range(2, len(parts)))
        patterns = (one for one in wider if not any(fnmatchcase(other, one) for other in others))
        pattern = next((one for one in patterns if sum(fnmatchcase(other, one) for other in left) > 1), name)
        members = [other for other in left if other == name or fnmatchcase(other, pattern)]
        grouped[pattern] = [left.pop(member) for member in members]
    return grouped


def _still_valid(report: Report) -> Iterator[Event]:
    if report["deviations"] is None:
        return
    stale = [one["deviation"] for one in report["requirements"] if is_stale(one)]
    day = report["started_at"][:10]
    for entry in report["deviations"]["entries"]:
        # Where a requirement was not tested, its verdict does not show that a declaration has expired.
        if entry not in stale and (entry["expires"] or day) >= day:
            yield entry


def _table(entry: Mapping[str, Any], comments: Iterable[str] = ()) -> Table:
    table = tomlkit.table()
    for text in comments:
        table.add(_comment(text))
    for key, value in entry.items():
        if value is not None:
            table.add(key, date.fromisoformat(value) if key == "expires" else value)
    return table


def _comments_on(members: Sequence[Report]) -> Iterator[str]:
    if len(members) > 1:
        yield f"All {len(members)} of this group failed: {', '.join(one['id'] for one in members)}"
    yield from _comments(members[0])


def _comments(requirement: Report) -> Iterator[str]:
    yield f"{requirement['level']}: {requirement['sentence']}"
    for finding in requirement["findings"][:1]:
        yield f"Expected: {finding['expected']}"
        yield f"Observed: {finding['observed']}"
    if is_stale(requirement):
        yield f"Before: {requirement['reason']}"


def _comment(text: str) -> Comment:
    # A line break would end the comment.
    return tomlkit.comment(shortened(visible_line(text), _COMMENT_LIMIT))
