"""The requirements of the endpoint as pictures: grids of fields, and strips of all else. Each cell is a verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orders_conformance.reports.summary import Report

# The verdict that a cell of several requirements shows: the first of these.
_WORST = ("failed", "waived", "not judged", "untested", "passed", "observed")
# What every field of a request or a response has.
_OF_A_FIELD = "type"
_REQUEST, _ANY = "request", "any"
# The fewest requirements that have a strip of their own.
_FEW = 3
_WHERE, _FIELD = 1, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """Requirements that one cell stands for; it links to the first with the worst verdict."""

    label: str
    verdict: str
    requirement: Report
    number: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of cells: a row for each field; None where no requirement is about both."""

    title: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell | None]]]


@dataclass(frozen=True, slots=True)
class Strip:
    """Cells with labels."""

    title: str
    cells: Sequence[Cell]


def grids(requirements: Sequence[Report]) -> list[Grid]:
    """Return the grid of request fields by kind of probe, and that of response fields by status."""
    fields = _fields(requirements)
    asked: list[tuple[str, str, Report]] = []
    answered: list[tuple[str, str, Report]] = []
    for requirement in requirements:
        segments = requirement["id"].split("/")
        if tuple(segments[: _FIELD + 1]) not in fields:
            continue
        if segments[_WHERE] == _REQUEST:
            asked.append((segments[_FIELD], segments[_FIELD + 1], requirement))
        else:
            answered.append((segments[_FIELD], segments[_WHERE], requirement))
    found = [_grid("Request fields by kind of probe", asked), _grid("Response fields by status", answered)]
    return [grid for grid in found if grid.rows]


def strips(requirements: Sequence[Report]) -> list[Strip]:
    """Return what is about no single field: bodies, credentials, duplicates, the protocol."""
    fields = _fields(requirements)
    others = [one for one in requirements if tuple(one["id"].split("/")[: _FIELD + 1]) not in fields]
    groups: dict[tuple[str, ...], list[Report]] = {}
    for requirement in others:
        groups.setdefault(tuple(requirement["id"].split("/")[: _FIELD + 1]), []).append(requirement)
    found: dict[str, list[Cell]] = {}
    for path, members in groups.items():
        own = len(members) >= _FEW and len(path) > _FIELD
        for requirement in members:
            segments = requirement["id"].split("/")
            label = "/".join(segments[_FIELD + own :]) or segments[-1]
            found.setdefault(_title(path, own=own), []).append(_cell(label, [requirement]))
    return [Strip(title, cells) for title, cells in found.items()]


def _title(path: Sequence[str], *, own: bool) -> str:
    where = path[_WHERE] if len(path) > _WHERE else path[0]
    if own:
        return path[_FIELD].capitalize() if where == _REQUEST else f"{path[_FIELD].capitalize()} ({where})"
    return {_REQUEST: "Other requests", _ANY: "Protocol"}.get(
        where, where if not where.isdigit() else f"Response {where}"
    )


def _fields(requirements: Iterable[Report]) -> set[tuple[str, ...]]:
    """Return the beginnings of the ids of requirements about a field: those of which one is about its type."""
    paths = (one["id"].split("/") for one in requirements)
    return {tuple(path[: _FIELD + 1]) for path in paths if len(path) > _FIELD + 1 and path[-1] == _OF_A_FIELD}


def _grid(title: str, placed: Sequence[tuple[str, str, Report]]) -> Grid:
    columns = list(dict.fromkeys(column for _row, column, _requirement in placed))
    cells: dict[str, dict[str, list[Report]]] = {}
    for row, column, requirement in placed:
        cells.setdefault(row, {}).setdefault(column, []).append(requirement)
    rows = [
        (row, [_cell(f"{row}, {column}", known[column]) if column in known else None for column in columns])
        for row, known in cells.items()
    ]
    return Grid(title, "Field", columns, rows)


def _cell(label: str, requirements: Sequence[Report]) -> Cell:
    worst = min(requirements, key=lambda one: _WORST.index(one["verdict"]))
    return Cell(label, worst["verdict"], worst, len(requirements))
