"""What is said of a run that goes on."""

from __future__ import annotations

import io
from typing import Any

import pytest

from orders_conformance.harness.cli.console.progress import exchange_line, progress_line, progress_text
from orders_conformance.harness.engine.progress import Progress
from orders_conformance.harness.messages.exchange import Failure
from tests.support.runs import UNAVAILABLE, exchange, full, refused, request


def progress(requests: int = 50, **changes: Any) -> Progress:
    """Return a progress."""
    made = exchange(request(full()), refused(), elapsed=0.0123)
    values: dict[str, Any] = {"exchange": made, "broken": (), "suspected": False, "orders": 20, "failures": 2} | changes
    return Progress(requests=requests, **values)


@pytest.mark.parametrize(
    ("sent", "total", "elapsed", "rate", "expected"),
    [
        (50, None, 10.0, 0.0, "50 requests, 2 failures so far, 20 orders"),
        (50, 250, 10.0, 0.0, "50 of about 250 requests, about 40 s left, 2 failures so far, 20 orders"),
        (50, 250, 10.0, 4.0, "50 of about 250 requests, about 50 s left, 2 failures so far, 20 orders"),
        (50, 2500, 10.0, 4.0, "50 of about 2,500 requests, about 10 min left, 2 failures so far, 20 orders"),
        (5, 250, 10.0, 0.0, "5 of about 250 requests, 2 failures so far, 20 orders"),
        (50, 250, 0.1, 0.0, "50 of about 250 requests, 2 failures so far, 20 orders"),
        (250, 250, 10.0, 0.0, "250 of about 250 requests, 2 failures so far, 20 orders"),
        (260, 250, 10.0, 0.0, "260 requests, some more to come, 2 failures so far, 20 orders"),
    ],
)
def test_the_time_that_is_left_follows_from_total_speed_and_rate(
    sent: int, total: int | None, elapsed: float, rate: float, expected: str
) -> None:
    assert progress_text(progress(sent), total, elapsed, rate) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "x1 test: POST 400, 12 ms, passed"),
        ({"broken": ("create/a", "create/b")}, "x1 test: POST 400, 12 ms, failed create/a, create/b"),
        ({"suspected": True}, "x1 test: POST 400, 12 ms, to be looked into"),
        (
            {"exchange": exchange(request(full()), refused(), blocked=True)},
            "x1 test: POST 400, 0 ms, no evidence: not the target's own response",
        ),
        (
            {"exchange": exchange(request(full()), Failure("timeout", "\x1b[2J"), attempts=(UNAVAILABLE,))},
            "x1 test: POST timeout after 1 retry, 0 ms, passed",
        ),
        (
            {"exchange": exchange(request(full()), refused(), probe="a\x1b[2J\nb")},
            "x1 a⟨ESC⟩[2J⟨LF⟩b: POST 400, 0 ms, passed",
        ),
    ],
)
def test_an_exchange_has_a_printable_line(changes: Any, expected: str) -> None:
    assert exchange_line(progress(**changes)) == expected


def test_nothing_is_shown_where_nobody_watches() -> None:
    stream = io.StringIO()
    with progress_line(stream, {"TERM": "xterm"}, lambda: None) as show:
        assert show is None
    assert stream.getvalue() == ""


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", ["80", "40"])
def test_progress_stays_on_one_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    stream = Screen()
    with progress_line(stream, {"TERM": "xterm", "NO_COLOR": "1"}, lambda: 250) as show:
        assert show is not None
        show(progress())
    assert "50 of about 250 requests" in stream.getvalue()
    # A line that wrapped would be wiped with a step upwards.
    assert "\x1b[1A\x1b[2K\x1b[1A" not in stream.getvalue()
