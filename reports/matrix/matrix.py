"""The verdicts of several runs side by side as plain data: the content of `matrix --format json`.

A row is a requirement, a column a run: targets, or releases as a history.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias

from orders_conformance.reports.record.types import Record
from orders_conformance.reports.summary import summarise
from orders_conformance.reports.tables.runs import by_present_id, described, renamed
from orders_conformance.reports.text import visible_line

Matrix: TypeAlias = dict[str, Any]

MATRIX_VERSION = 1


def matrix(records: Sequence[Record]) -> Matrix:
    """Return the verdicts of the runs of some records, the columns in their order.

    The rows are in the order of the last record, then of those before it. A verdict is null where the run did not list
    the requirement.
    """
    reports, present = [summarise(record) for record in records], renamed(reversed(records))
    columns = [by_present_id(report, present) for report in reports]
    # The last run that lists a requirement comes first, and says what it is.
    shown = dict(chain.from_iterable(column.items() for column in (*reversed(columns), *columns)))
    groups: dict[str, list[Matrix]] = {}
    for name, one in shown.items():
        verdicts = [column[name]["verdict"] if name in column else None for column in columns]
        row = {"id": name, "level": one["level"], "sentence": one["sentence"], "verdicts": verdicts}
        groups.setdefault(visible_line(one["group"]), []).append({**row, "same": len(set(verdicts)) == 1})
    runs = [described(report, record) for report, record in zip(reports, records, strict=True)]
    return {
        "matrix_version": MATRIX_VERSION,
        "runs": [
            {**one, "remarks": [*one["remarks"], *_differences(one, runs[-1])], "counts": report["counts"]}
            for one, report in zip(runs, reports, strict=True)
        ],
        "groups": [{"name": name, "requirements": listed} for name, listed in groups.items()],
    }


def _differences(one: Matrix, last: Matrix) -> Iterator[str]:
    """Yield by what a run was judged otherwise than the last one."""
    contract = one["contract"]
    if contract["digest"] != last["contract"]["digest"]:
        yield f"Its contract is not that of the last run: version {contract['version']} ({contract['digest']})."
    if one["suite"]["version"] != last["suite"]["version"]:
        yield f"Its version of the suite is not that of the last run: {one['suite']['version']}."
