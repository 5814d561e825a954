"""The figures of a run follow from its exchanges, and earlier attempts count."""

from typing import Any

from orders_conformance.reports.record.statistics import PAUSES, SLICES, responses, timeline
from tests.support import records


def answered(status: int, elapsed: float, **changes: Any) -> records.Event:
    response = {"status": status, "headers": [], "body": {"text": ""}}
    return records.exchange("x1", response=response, elapsed=elapsed, **changes)


def test_statuses_are_counted_with_their_latency_in_their_order() -> None:
    exchanges = [answered(400, 0.5), *(answered(201, number / 100) for number in range(101))]
    assert responses(exchanges) == [
        {
            "status": 201,
            "failure": None,
            "times": 101,
            "repeated": 0,
            "latency": {"median": 0.5, "slow": 0.95, "longest": 1.0},
        },
        {
            "status": 400,
            "failure": None,
            "times": 1,
            "repeated": 0,
            "latency": {"median": 0.5, "slow": 0.5, "longest": 0.5},
        },
    ]


def test_an_attempt_that_was_repeated_counts_for_its_status_or_failure() -> None:
    attempts = [
        {"status": 503, "failure": None, "waited": 1.0},
        {"status": None, "failure": "reset", "waited": 2.0},
    ]
    failure = {"kind": "timeout", "detail": ""}
    found = responses([answered(201, 0.1, attempts=attempts), records.exchange("x2", response=None, failure=failure)])
    assert [(one["status"], one["failure"], one["times"], one["repeated"]) for one in found] == [
        (201, None, 1, 0),
        (503, None, 0, 1),
        (None, "reset", 0, 1),
        (None, "timeout", 1, 0),
    ]
    assert found[1]["latency"] is None


def test_the_time_of_a_run_is_cut_into_equal_parts() -> None:
    exchanges = [
        records.exchange("x1", at=0.0, elapsed=0.5),
        records.exchange("x2", at=59.0, elapsed=1.0, attempts=[{"status": 503, "failure": None, "waited": 1.0}]),
    ]
    found = timeline(exchanges, {"x1"})
    assert found["seconds"] == 60.0
    assert len(found["slices"]) == SLICES
    assert found["slices"][0] == {"exchanges": 1, "retries": 0, "failed": 1}
    assert found["slices"][-1] == {"exchanges": 1, "retries": 1, "failed": 0}
    assert found["pauses"] == [{"at": 0.5, "seconds": 58.5, "before": "x2"}]


def test_only_the_longest_pauses_are_listed_in_the_order_of_the_run() -> None:
    exchanges = [records.exchange(f"x{number}", at=float(number * number), elapsed=0.0) for number in range(20)]
    pauses = timeline(exchanges, ())["pauses"]
    assert len(pauses) == PAUSES
    assert [one["before"] for one in pauses] == [f"x{number}" for number in range(10, 20)]


def test_what_was_awaited_is_no_pause() -> None:
    exchanges = [records.exchange("x1", at=0.0, elapsed=9.0), records.exchange("x2", at=5.0, elapsed=0.1)]
    assert timeline([*exchanges, records.exchange("x3", at=9.5, elapsed=0.1)], ())["pauses"] == []


def test_a_run_that_sent_nothing_has_no_parts() -> None:
    assert timeline([], ()) == {"seconds": 0.0, "slices": [], "pauses": []}
    assert responses([]) == []
