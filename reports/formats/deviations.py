"""Suggests a deviations file for a report: what failed, so that a person can declare why it is accepted.

The file contains the declarations that are still valid, and one with an empty reason for each requirement that failed.
A run rejects the file until all reasons are filled in.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
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
)


def suggestion(report: Report) -> str:
    """Return the deviations file for `report` as TOML; text of the server is in comments and printable."""
    document, tables = tomlkit.document(), tomlkit.aot()
    for line in _HEAD:
        document.add(_comment(line.format(target=report["target"]["url"], run=report["run"])))
    for entry in _still_valid(report):
        tables.append(_table(entry))
    for requirement in _undeclared_failures(report):
        tables.append(_table({"requirement": requirement["id"], "reason": ""}, _comments(requirement)))
    if tables:
        document.add("deviation", tables)
    return tomlkit.dumps(document)


def is_judged(report: Report) -> bool:
    """Return whether the run of a report judged the server, so that its failures can be declared."""
    return bool(report["outcome"] != "broken")


def open_reasons(report: Report) -> int:
    """Return how many reasons have to be filled in."""
    return sum(1 for _ in _undeclared_failures(report))


def _undeclared_failures(report: Report) -> Iterator[Report]:
    """Yield the requirements that the server failed and that no valid declaration covers."""
    return (one for one in report["requirements"] if one["verdict"] == "failed" and one["against"])


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
