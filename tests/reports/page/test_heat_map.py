"""Every requirement is in exactly one picture, and a cell shows the worst verdict."""

from orders_conformance.reports.page.heat_map import grids, strips
from orders_conformance.reports.summary import Report


def judged(**verdicts: str) -> list[Report]:
    """Return requirements by their ids, with double underscores for slashes."""
    return [{"id": f"create/{name.replace('__', '/')}", "verdict": verdict} for name, verdict in verdicts.items()]


SAMPLE = judged(
    request__price__type="passed",
    request__price__required="failed",
    request__channel__type="passed",
    request__channel__enum="passed",
    request__channel__enum__WEB="failed",
    request__body__empty="passed",
    request__body__malformed="passed",
    request__body__truncated="untested",
    request__combinations="passed",
)
SAMPLE += [
    {"id": "create/201/price/type", "verdict": "passed"},
    {"id": "create/201/price/echo", "verdict": "waived"},
    {"id": "create/409/code/type", "verdict": "passed"},
    {"id": "create/409/json", "verdict": "passed"},
    {"id": "create/any/no-5xx", "verdict": "observed"},
    {"id": "other", "verdict": "passed"},
]


def test_request_fields_are_placed_by_kind_of_probe() -> None:
    grid = grids(SAMPLE)[0]
    assert list(grid.columns) == ["type", "required", "enum"]
    shown = {row: [cell and (cell.verdict, cell.number) for cell in cells] for row, cells in grid.rows}
    assert shown == {
        "price": [("passed", 1), ("failed", 1), None],
        "channel": [("passed", 1), None, ("failed", 2)],
    }


def test_a_cell_leads_to_the_requirement_with_the_worst_verdict() -> None:
    cells = dict(grids(SAMPLE)[0].rows)["channel"]
    assert cells[2] is not None
    assert cells[2].requirement["id"] == "create/request/channel/enum/WEB"


def test_response_fields_are_placed_by_status() -> None:
    grid = grids(SAMPLE)[1]
    assert list(grid.columns) == ["201", "409"]
    assert {row: [cell and cell.verdict for cell in cells] for row, cells in grid.rows} == {
        "price": ["waived", None],
        "code": [None, "passed"],
    }


def test_all_else_is_in_strips() -> None:
    assert {strip.title: [(cell.label, cell.verdict) for cell in strip.cells] for strip in strips(SAMPLE)} == {
        "Body": [("empty", "passed"), ("malformed", "passed"), ("truncated", "untested")],
        "Other requests": [("combinations", "passed")],
        "Response 409": [("json", "passed")],
        "Protocol": [("no-5xx", "observed")],
        "other": [("other", "passed")],
    }


def test_every_requirement_is_counted_once() -> None:
    cells = [cell for grid in grids(SAMPLE) for _row, row in grid.rows for cell in row if cell]
    cells += [cell for strip in strips(SAMPLE) for cell in strip.cells]
    assert sum(cell.number for cell in cells) == len(SAMPLE)
