"""What a request meets on its way to a drawn server and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.transient_failures import TransientFailures
from orders_conformance.mock.messages import ServerResponse
from tests.support.mock_client import NOW


def passing(failures: TransientFailures, seconds: float = 0.0) -> ServerResponse | None:
    return failures.before(NOW + timedelta(seconds=seconds))


def test_by_default_every_request_and_every_response_passes() -> None:
    failures = TransientFailures(Behaviour())
    assert [passing(failures) for _ in range(300)] == [None] * 300
    assert failures.after(ServerResponse(201)) == ServerResponse(201)


def test_every_nth_connection_ends_before_the_request_is_processed() -> None:
    failures = TransientFailures(Behaviour(dropped_every=13))
    found = [passing(failures) for _ in range(26)]
    assert [place for place, one in enumerate(found, 1) if one and one.wire.drop == "before"] == [13, 26]


def test_every_nth_response_is_lost() -> None:
    failures = TransientFailures(Behaviour(lost_every=17))
    lost = []
    for _ in range(34):
        passing(failures)
        lost.append(failures.after(ServerResponse(201)).wire.drop == "after")
    assert [place for place, one in enumerate(lost, 1) if one] == [17, 34]


@pytest.mark.parametrize(
    ("busy", "status", "retry"),
    [("429", 429, "2"), ("429 without Retry-After", 429, None), ("503", 503, "2"), ("503 in HTML", 503, None)],
)
def test_a_server_is_busy_at_times(busy: str, status: int, retry: str | None) -> None:
    choices: dict[str, Any] = {"busy": busy, "busy_every": 11}
    failures = TransientFailures(Behaviour(**choices))
    found = [passing(failures) for _ in range(11)]
    assert found[:10] == [None] * 10
    assert found[10] is not None
    assert (found[10].status, found[10].header("Retry-After")) == (status, retry)


def test_more_requests_in_a_second_than_are_allowed_wait_for_the_next() -> None:
    failures = TransientFailures(Behaviour(requests_a_second=5))
    assert [passing(failures) for _ in range(5)] == [None] * 5
    rejected = passing(failures, 0.5)
    assert rejected is not None
    assert (rejected.status, rejected.header("Retry-After")) == (429, "1")
    assert passing(failures, 1.0) is None


def test_an_outage_begins_with_a_request_and_ends_when_it_says() -> None:
    failures = TransientFailures(Behaviour(outage_at=7))
    assert [passing(failures) for _ in range(6)] == [None] * 6
    out = passing(failures, 10)
    assert out is not None
    assert (out.status, out.header("Retry-After")) == (503, "3")
    later = passing(failures, 11)
    assert later is not None
    assert later.header("Retry-After") == "2"
    assert passing(failures, 13) is None


@pytest.mark.parametrize("status", [429, 503, 403])
def test_a_limit_has_several_statuses(status: int) -> None:
    failures = TransientFailures(Behaviour(requests_a_second=5, limit_status=status))
    found = [passing(failures) for _ in range(6)]
    assert found[5] is not None
    assert found[5].status == status
