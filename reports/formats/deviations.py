"""The deviations file that a report suggests: what failed, for somebody to say why that is accepted.

It keeps the declarations that still hold and adds one for each requirement that failed, with a blank reason; a run does
not take such a file before the reasons are filled in.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import tomlkit
from tomlkit.items import Comment, Table

from orders_conformance.reports.record.schema import Event
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import shortened, visible_line
from orders_conformance.reports.wording import is_stale

_PHRASE_LIMIT = 300
_HEAD = (
    "Declared deviations of {target}, as run {run} suggests them.",
    "Fill in each reason; the run takes no blank one. What may stand beside it:",
    '  ticket = "https://..."',
    "  expires = 2027-03-31, the last day on which the deviation is accepted",
)


def suggestion(report: Report) -> str:
    """Return the text of the deviations file for `report`; what the server said stands in comments, made harmless."""
    document, tables = tomlkit.document(), tomlkit.aot()
    for line in _HEAD:
        document.add(_comment(line.format(target=report["target"]["url"], run=report["run"])))
    for entry in _kept(report):
        tables.append(_table(entry))
    for requirement in _new(report):
        tables.append(_table({"requirement": requirement["id"], "reason": ""}, _account(requirement)))
    if tables:
        document.add("deviation", tables)
    return tomlkit.dumps(document)


def is_judged(report: Report) -> bool:
    """Whether a report tells enough to suggest anything."""
    return bool(report["outcome"] != "broken")


def blank(report: Report) -> int:
    """Return how many reasons are to be filled in."""
    return sum(1 for _ in _new(report))


def _new(report: Report) -> Iterator[Report]:
    """Yield what the server broke and nothing in force excuses."""
    return (one for one in report["requirements"] if one["verdict"] == "failed" and one["against"])


def _kept(report: Report) -> Iterator[Event]:
    if report["deviations"] is None:
        return
    stale = [one["deviation"] for one in report["requirements"] if is_stale(one)]
    day = report["started_at"][:10]
    for entry in report["deviations"]["entries"]:
        # Where nothing was tested, no verdict tells what is expired.
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


def _account(requirement: Report) -> Iterator[str]:
    yield f"{requirement['level']}: {requirement['sentence']}"
    for finding in requirement["findings"][:1]:
        yield f"Expected: {finding['expected']}"
        yield f"Observed: {finding['observed']}"
    if is_stale(requirement):
        yield f"Before: {requirement['reason']}"


def _comment(text: str) -> Comment:
    # A line break would end the comment.
    return tomlkit.comment(shortened(visible_line(text), _PHRASE_LIMIT))
