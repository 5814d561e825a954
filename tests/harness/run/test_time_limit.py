"""The time that a run may take, by a clock that only its waits move."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.errors import TimeSpentError
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.run.dry_run import VirtualTime, dry_run
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.run.time_limit import TimeLimit
from orders_conformance.harness.verdicts.verdict import Outcome
from tests.support.runs import request, settings


def cut_off(time: VirtualTime) -> Transport:
    def transport(request: Request, connection: str) -> Response | Failure:
        time.sleep(10)
        return Failure("timeout", f"{request.method} on {connection}")

    return transport


def limit(time: VirtualTime) -> TimeLimit:
    return TimeLimit(10, 10, time.clock)


def test_a_wait_within_the_time_is_waited() -> None:
    time = VirtualTime()
    limit(time).sleeping(time.sleep)(9.5)
    assert time.passed == 9.5


def test_a_wait_beyond_the_end_is_not_begun() -> None:
    time = VirtualTime()
    with pytest.raises(TimeSpentError, match="10 s that it may take, and a wait of 11 s would come next"):
        limit(time).sleeping(time.sleep)(11)
    assert time.passed == 0


def test_nothing_is_sent_after_the_end() -> None:
    time = VirtualTime(passed=10)
    sent: list[tuple[Request, str]] = []

    def transport(request: Request, connection: str) -> Response | Failure:
        sent.append((request, connection))
        return Response(201, {}, b"")

    with pytest.raises(TimeSpentError):
        limit(time).sending(transport)(request({}), "main")
    assert not sent


def test_a_request_that_the_end_cuts_off_is_no_failure_of_the_target() -> None:
    time = VirtualTime()

    with pytest.raises(TimeSpentError):
        limit(time).sending(cut_off(time))(request({}), "main")


def test_a_response_that_came_in_time_counts() -> None:
    time = VirtualTime()

    def transport(request: Request, connection: str) -> Response | Failure:
        time.sleep(10)
        return Response(201, {}, f"{request.method} on {connection}".encode())

    assert isinstance(limit(time).sending(transport)(request({}), "main"), Response)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_conformant_server_leaves_most_of_the_time(profile: str) -> None:
    assert dry_run(settings(profile)).events[-1]["seconds"] < PROFILES[profile].seconds / 20


def test_a_run_whose_time_is_over_is_broken_and_keeps_what_it_judged() -> None:
    profile = replace(PROFILES["tenant"], seconds=20)
    run = dry_run(replace(settings("tenant"), profile=profile))
    assert run.conclusion.outcome is Outcome.BROKEN
    assert "--max-time" in (run.conclusion.reason or "")
    assert 40 < run.traffic["requests"] < 100
    assert any(event["type"] == "verdict" and event["verdict"] == "passed" for event in run.events)
