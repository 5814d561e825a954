"""The verdicts of several runs as lines of printable text."""

from collections.abc import Iterator

from orders_conformance.reports.matrix.matrix import Matrix
from orders_conformance.reports.tables.runs import SHAPES, label
from orders_conformance.reports.text import clipped, console_line

ABSENT = "not listed"
_TEXT_LIMIT = 240


def lines(matrix: Matrix) -> tuple[str, ...]:
    """Return a matrix as printable lines: a line for each run, then one for each requirement."""
    return tuple(console_line(line.rstrip()) for line in _lines(matrix))


def _lines(matrix: Matrix) -> Iterator[str]:
    numbers = range(1, len(matrix["runs"]) + 1)
    for number, run in zip(numbers, matrix["runs"], strict=True):
        yield f"run {number}: {label(run)}"
        yield from (f"  {clipped(remark, _TEXT_LIMIT)}" for remark in run["remarks"])
    rows = [row for group in matrix["groups"] for row in group["requirements"]]
    width, cell = max(len(row["id"]) for row in rows) + 2, len(ABSENT) + 2
    for group in matrix["groups"]:
        yield ""
        yield f"{group['name']:{width + 2}}{''.join(f'run {number}'.ljust(cell) for number in numbers)}"
        for row in group["requirements"]:
            cells = "".join(_cell(verdict).ljust(cell) for verdict in row["verdicts"])
            yield f"  {row['id']:{width}}{cells}"


def _cell(verdict: str | None) -> str:
    return ABSENT if verdict is None else f"{SHAPES[verdict]} {verdict}"
