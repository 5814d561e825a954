"""The traffic of a run is shown by status and by time."""

from typing import Any

from orders_conformance.reports.page.traffic import LENGTHS, answers, bars
from orders_conformance.reports.summary import Report

LATENCY = {"median": 0.1, "slow": 0.5, "longest": 2.0}


def report(*rows: dict[str, Any]) -> Report:
    nothing = {"failure": None, "times": 0, "repeated": 0, "latency": None}
    names = ("create/201/json", "create/400/json", "create/any/no-5xx", "create/no-5xx")
    return {"requirements": [{"id": name} for name in names], "responses": [nothing | row for row in rows]}


def test_a_documented_status_that_never_came_is_listed() -> None:
    found = answers(report({"status": 201, "times": 4, "latency": LATENCY}))
    assert [(row.name, row.documented, row.times, row.share) for row in found] == [
        ("201 Created", True, 4, LENGTHS),
        ("400 Bad Request", True, 0, 0),
    ]


def test_what_is_not_documented_is_said_to_be_so_and_failures_come_last() -> None:
    lost = {"status": None, "failure": "timeout", "times": 1, "latency": LATENCY}
    found = answers(report(lost, {"status": 503, "repeated": 1000}))
    assert [(row.name, row.documented, row.share) for row in found] == [
        ("201 Created", True, 0),
        ("400 Bad Request", True, 0),
        ("503 Service Unavailable", False, LENGTHS),
        ("timeout", False, 1),
    ]


def test_each_part_of_the_time_has_a_bar_and_says_what_happened() -> None:
    slices = [
        {"exchanges": 20, "retries": 0, "failed": 0},
        {"exchanges": 1, "retries": 1, "failed": 0},
        {"exchanges": 10, "retries": 1, "failed": 2},
        {"exchanges": 0, "retries": 0, "failed": 0},
    ]
    found = bars({"seconds": 8.0, "slices": slices})
    assert [(bar.height, bar.kind, bar.words) for bar in found] == [
        (20, "sent", "0 ms: 20 exchanges"),
        (2, "retried", "2.00 s: 1 exchange, 1 retry"),
        (11, "failed", "4.00 s: 10 exchanges, 1 retry, 2 failed"),
        (0, "sent", "6.00 s: 0 exchanges"),
    ]


def test_a_run_that_sent_nothing_has_no_bars() -> None:
    assert bars({"seconds": 0.0, "slices": []}) == []
