"""Targets that are no orders API: sign-in pages, gateways and servers for pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Outcome
from orders_conformance.mock.messages import Headers, ServerRequest, ServerResponse
from orders_conformance.mock.service import Rejection, Service
from tests.support.blocking_servers import HTML, JSON, variant
from tests.support.command import run as run_command
from tests.support.runs import failed, settings
from tests.support.servers import Answer, Seen, http, listening

PAGE = b"<!DOCTYPE html><form action=/login></form>"
XML: Headers = (("Content-Type", "text/xml"),)
SOAP: Headers = (("Content-Type", "application/soap+xml"),)
TEXT: Headers = (("Content-Type", "text/plain"),)


class _Same(Service):
    """Sends the same response to everything."""

    response: ClassVar[ServerResponse]

    def handle(self, request: ServerRequest) -> ServerResponse:
        return self.response


def trial(*response: Any) -> DryRun:
    return dry_run(settings("tenant"), variant(_Same, response=ServerResponse(*response)))


@pytest.mark.parametrize(
    "response",
    [
        (200, HTML, PAGE),
        (202, HTML, PAGE),
        (201, HTML, PAGE),
        (200, (), PAGE),
        (200, TEXT, b"ok"),
        (204, (), b""),
        (200, JSON, b'{"status":"ok"}'),
        (200, JSON, b"[]"),
        (200, XML, b"<ok/>"),
        (400, SOAP, b"<fault/>"),
        (400, HTML, PAGE),
        (406, HTML, PAGE),
        (502, HTML, PAGE),
    ],
    ids=lambda response: f"{response[0]} {response[2].decode()}",
)
def test_a_target_that_responds_alike_to_every_order_is_no_orders_api(
    response: tuple[int, tuple[tuple[str, str], ...], bytes],
) -> None:
    run = trial(*response)
    # What a gateway responds is tried again, as after a connection that ends early.
    tries = run.traffic["requests"] - run.traffic["retries"]
    assert (run.conclusion.outcome, tries) == (Outcome.BROKEN, 2)
    assert failed(run) == set()
    reason = run.conclusion.reason or ""
    assert f"sends the same response (status {response[0]}" in reason
    assert "looks like a sign-in page or a gateway" in reason
    assert len(reason.splitlines()) == 1


@pytest.mark.parametrize("status", [404, 405])
def test_a_page_that_says_that_nothing_is_there_is_told_as_such(status: int) -> None:
    run = trial(status, HTML, PAGE)
    assert "check the base URL" in (run.conclusion.reason or "")
    assert run.traffic["requests"] == 2


def test_a_redirect_to_a_sign_in_page_is_told_as_a_redirect() -> None:
    run = trial(302, (("Location", "/login"), *HTML), PAGE)
    assert "redirects (status 302)" in (run.conclusion.reason or "")
    assert run.traffic["requests"] == 2


def test_a_page_that_forbids_everything_may_be_a_firewalls() -> None:
    run = trial(403, HTML, PAGE)
    assert "or a firewall rejects this client" in (run.conclusion.reason or "")


@pytest.mark.parametrize("status", [200, 202])
def test_a_page_creates_no_order(status: int) -> None:
    run = trial(status, HTML, PAGE)
    assert (run.traffic["orders_created"], run.traffic["orders_possible"]) == (0, 0)


class _AcceptsEverything(Service):
    """Creates an order for whatever it receives."""

    def check(self, order: Mapping[str, Any]) -> None:
        """Accept every order."""

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        return super().create({**dict.fromkeys(self.contract.fields, ""), "price": 0, **order}, request)

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        return str(order.get(self.reference_field)), self.orders_so_far(order)

    def orders_so_far(self, order: Mapping[str, Any]) -> int:
        return hash(str(order.get(self.instant_field)))


def test_an_api_that_accepts_an_invalid_order_is_judged() -> None:
    run = dry_run(settings("tenant"), _AcceptsEverything)
    assert any(name.endswith("/required") for name in failed(run))
    assert run.conclusion.outcome is Outcome.NOT_CONFORMANT


class _RejectsWithPages(Service):
    """Rejects invalid orders with an HTML page."""

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        return ServerResponse(400, HTML, PAGE) if rejection.outcome == "rejected" else response


def test_an_api_that_rejects_with_pages_is_judged() -> None:
    assert {"400/media-type", "400/json"} & failed(dry_run(settings("tenant"), _RejectsWithPages))


def test_a_conformant_server_gets_one_request_of_the_preflight() -> None:
    run = dry_run(settings("tenant"))
    probes = [event["probe"] for event in run.events if event["type"] == "exchange"]
    assert [probe for probe in probes if probe.startswith("preflight")] == ["preflight"]


@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_a_sign_in_page_over_http_ends_the_run_after_two_requests_without_an_order(
    profile: str, tmp_path: Path
) -> None:
    def sign_in(_seen: Seen) -> Answer:
        return http(200, PAGE, "Content-Type: text/html; charset=utf-8")

    with listening(sign_in) as server:
        ended = run_command(tmp_path, "--target", server.url, "--profile", profile)
    assert ended.status == 3
    assert len(server.seen) == 2
    assert b"looks like a sign-in page or a gateway" in ended.output
    ledger = next(tmp_path.rglob("ledger*.jsonl"))
    events = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [event["left"] for event in events if event["type"] == "outcome"] == ["none", "none"]
