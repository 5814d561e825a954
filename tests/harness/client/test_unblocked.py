"""Whole runs on servers behind a rate limit or a firewall, and on servers that lock the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Outcome
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.faults import server
from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.service import Rejection, Result, Service
from tests.support.blocking_servers import (
    HTML,
    JSON,
    PAGE,
    REFUSAL,
    Limited,
    Locking,
    Refilled,
    ShutsOut,
    variant,
)
from tests.support.runs import CONTRACT, failed, settings

TEXT = (("Content-Type", "text/plain"),)
_PAGES = [replace(PAGE, status=status) for status in (200, 202, 302, 403, 404, 406, 418, 429, 503)]
_BLOCKED = [*_PAGES, REFUSAL, ServerResponse(403), ServerResponse(420, TEXT, b"Be calm.")]


def statuses(run: DryRun, probe: str) -> list[int]:
    """List the statuses of the exchanges of a probe."""
    return [
        event["response"]["status"] for event in run.events if event["type"] == "exchange" and event["probe"] == probe
    ]


def attempts(run: DryRun) -> Iterator[Mapping[str, Any]]:
    for event in run.events:
        if event["type"] == "exchange":
            yield from event["attempts"]


def name(response: ServerResponse) -> str:
    return f"{response.status} {response.header('Content-Type')}"


@pytest.mark.parametrize("blocked", _BLOCKED, ids=name)
@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_a_rate_limit_is_waited_for_and_blamed_on_nobody(blocked: ServerResponse, profile: str) -> None:
    run = dry_run(settings(profile), variant(Limited, blocked=blocked, most=15))
    assert failed(run) == set()
    assert run.conclusion.outcome in {Outcome.CONFORMANT, Outcome.PARTIAL}
    assert any(attempt["status"] == blocked.status for attempt in attempts(run))


@pytest.mark.parametrize("blocked", [PAGE, REFUSAL], ids=name)
@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_a_rate_limit_that_lets_the_control_through_is_recognised_when_it_lets_the_request_through(
    blocked: ServerResponse, profile: str
) -> None:
    run = dry_run(settings(profile), variant(Refilled, blocked=blocked))
    assert failed(run) == set()
    assert {"failure": "blocked", "status": 403} in [
        {"failure": one["failure"], "status": one["status"]} for one in attempts(run)
    ]


def test_the_wait_that_a_firewall_asks_for_is_obeyed() -> None:
    asks = ServerResponse(403, (*JSON, ("Retry-After", "7")), b"{}")
    run = dry_run(settings("tenant"), variant(Limited, blocked=asks, most=15, window=7.0))
    assert failed(run) == set()
    assert all(7.0 <= one["waited"] < 9.0 for one in attempts(run) if one["status"] == 403)
    assert any(one["status"] == 403 for one in attempts(run))


@pytest.mark.parametrize("blocked", [PAGE, REFUSAL, replace(PAGE, status=200), replace(PAGE, status=404)], ids=name)
@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_a_firewall_that_never_gives_way_ends_the_run_and_is_named(blocked: ServerResponse, profile: str) -> None:
    run = dry_run(settings(profile), variant(ShutsOut, blocked=blocked, most=7))
    assert (failed(run), run.conclusion.outcome) == (set(), Outcome.BROKEN)
    reason = run.conclusion.reason or ""
    assert f"the target responds {blocked.status}" in reason
    assert "a rate limit or a firewall blocks the run" in reason
    assert len(reason.splitlines()) == 1


class _Own(Service):
    """Responds with 403 and a page of its own to one kind of requests."""

    outcome: ClassVar[Result] = "rejected"

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        return PAGE if rejection.outcome == self.outcome else super().reject(rejection, request)


@pytest.mark.parametrize(("outcome", "requirement"), [("rejected", 400), ("unauthorized", 401), ("conflict", 409)])
@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_a_403_to_one_kind_of_requests_alone_is_the_servers(outcome: str, requirement: int, profile: str) -> None:
    run = dry_run(settings(profile), variant(_Own, outcome=outcome))
    assert f"{requirement}/http-status" in failed(run)
    assert run.conclusion.outcome is Outcome.NOT_CONFORMANT


@pytest.mark.parametrize("outcome", ["rejected", "unauthorized"])
def test_controls_cost_few_orders_where_a_403_is_the_servers_own(outcome: str) -> None:
    run, plain = dry_run(settings("tenant"), variant(_Own, outcome=outcome)), dry_run(settings("tenant"))
    assert run.traffic["orders_created"] <= plain.traffic["orders_created"] + 4


@pytest.mark.parametrize("profile", ["ci", "tenant"])
@pytest.mark.parametrize("body", [JSON, HTML, TEXT], ids=lambda headers: headers[0][1])
@pytest.mark.parametrize("status", [401, 403, 423, 429])
def test_a_locked_account_ends_the_run_and_is_named(
    status: int, body: tuple[tuple[str, str], ...], profile: str
) -> None:
    run = dry_run(settings(profile), variant(Locking, locked=ServerResponse(status, body, b"<html>")))
    assert (failed(run), run.conclusion.outcome) == (set(), Outcome.BROKEN)
    reason = run.conclusion.reason or ""
    assert f"rejects the right credentials (status {status}) since" in reason
    assert "it locks the account" in reason
    assert len(reason.splitlines()) == 1


@pytest.mark.parametrize("status", [401, 403, 423])
def test_a_lock_that_ends_within_the_limits_is_waited_for_and_no_more_wrong_credentials_are_sent(status: int) -> None:
    locked = ServerResponse(status, (*JSON, ("Retry-After", "20")), b"{}")
    known: list[Locking] = []

    class Kept(Locking):
        """Is kept for the test."""

        def set_up(self) -> None:
            super().set_up()
            known.append(self)

    run = dry_run(settings("ci"), variant(Kept, locked=locked, seconds=20.0))
    assert failed(run) == set()
    assert run.conclusion.outcome is Outcome.PARTIAL
    assert len(set(known[0].sent_since)) == 1
    assert known[0].failures == 0
    reasons = {event["reason"] for event in run.events if event["type"] == "untested"}
    assert any("no more wrong credentials were sent" in reason for reason in reasons)


def test_a_lock_that_asks_for_too_long_a_wait_is_named_with_it() -> None:
    locked = ServerResponse(429, (*JSON, ("Retry-After", "900")), b"{}")
    run = dry_run(settings("ci"), variant(Locking, locked=locked))
    assert "it locks the account" in (run.conclusion.reason or "")
    assert "900 s" in (run.conclusion.reason or "")


@pytest.mark.parametrize("fault", ["price-takes-boolean", "payment-type-takes-boolean"])
def test_a_lock_is_named_where_an_invalid_order_gets_as_far_as_the_credentials(fault: str) -> None:
    run = dry_run(settings("tenant"), server(Behaviour(credentials_checked="after the body", locked_after=5), fault))
    assert "request/credentials/right" not in failed(run)
    assert "it locks the account" in (run.conclusion.reason or "")


class _DistrustsTwice(Service):
    """Rejects the right credentials twice after every request with wrong ones."""

    def set_up(self) -> None:
        self.left = 0

    def is_authenticated(self, request: ServerRequest) -> bool:
        authenticated = super().is_authenticated(request)
        if not authenticated:
            self.left = 1
        elif self.left:
            self.left -= 1
            return False
        return authenticated


@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_right_credentials_that_are_rejected_once_after_wrong_ones_are_the_servers_fault(profile: str) -> None:
    run = dry_run(settings(profile), _DistrustsTwice)
    assert "request/credentials/right" in failed(run)
    assert run.conclusion.outcome is Outcome.NOT_CONFORMANT


def test_no_control_is_sent_to_a_conformant_server() -> None:
    run = dry_run(settings("ci"))
    assert not any(event["probe"].startswith("control") for event in run.events if event["type"] == "exchange")
    assert run.traffic["requests"] == len([event for event in run.events if event["type"] == "exchange"])
    assert CONTRACT.statuses.created in statuses(run, "order")
