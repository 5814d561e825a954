"""A run that is narrowed by `-k` sends what its requirements need, and judges them as a whole run does."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, ClassVar

import pytest

from orders_conformance.harness.run import dry_run as dry_runs
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.invocation.settings import settings_of
from orders_conformance.harness.run.settings import Settings
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.service import Service
from orders_conformance.strategies.scripts.declarations import RANDOM
from tests.support.runs import CONTRACT, failed, settings

UNAUTHORIZED = "401/http-status"
SUSPECTS = {
    name: kind
    for name, kind in CATALOGUE.items()
    if any(fnmatchcase(f"create/{UNAUTHORIZED}", one) for one in kind.breaks)
}
NOTE = "narrowed: random traffic and 11 scripts left out"


def narrowed(pattern: str, profile: str = "ci") -> Settings:
    """Make the settings of a run for a pattern, as the command line does."""
    return settings_of(Invocation(profile=profile, pattern=pattern, seed=0))


class Counts(Service):
    """Counts the requests that it gets and the orders that it creates."""

    requests: ClassVar[int] = 0
    orders_created: ClassVar[int] = 0

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        Counts.requests += 1
        Counts.orders_created += response.status == CONTRACT.statuses.created
        return response


class TakesNow(Service):
    """Accepts the word now as modifiedAt."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        normal = super().normalise(order)
        return {name: value for name, value in normal.items() if value != "now"}


class TakesAccountingNegative(Service):
    """Accepts a number in brackets as a price."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        normal = super().normalise(order)
        return {name: -1 if value == "(50)" else value for name, value in normal.items()}


class TakesPythonLiterals(Service):
    """Reads None as null."""

    def read(self, content: bytes) -> Any:
        return super().read(content.replace(b":None", b":null"))


class FailsOnLargeBodies(Service):
    """Responds with 500 to a body of more than 32 KiB."""

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if len(request.body) > 32768:
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)


class RoundsLargePrices(Service):
    """Returns prices of more than 100,000 and less than 999,999 in tens."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        large = 100_000 < record["price"] < 999_999
        return {**record, "price": int(record["price"] / 10) * 10} if large else record


RARE: Mapping[str, type[Service]] = {
    "request/modifiedAt/format": TakesNow,
    "request/price/type": TakesAccountingNegative,
    "request/body/malformed": TakesPythonLiterals,
    "any/no-5xx": FailsOnLargeBodies,
    "201/price/echo": RoundsLargePrices,
}


def test_wrong_credentials_are_judged_with_few_requests_and_without_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counts, "requests", 0)
    monkeypatch.setattr(Counts, "orders_created", 0)
    dry_run(narrowed(f"create/{UNAUTHORIZED}"), Counts)
    assert 20 <= Counts.requests <= 60
    assert Counts.orders_created == 0


@pytest.mark.parametrize("kind", SUSPECTS.values(), ids=SUSPECTS)
def test_a_server_that_fails_a_whole_run_fails_the_narrowed_one(kind: type[Service]) -> None:
    whole, alone = dry_run(settings(), kind), dry_run(narrowed(f"create/{UNAUTHORIZED}"), kind)
    assert (UNAUTHORIZED in failed(alone)) == (UNAUTHORIZED in failed(whole))


def test_the_servers_that_are_known_for_it_are_among_those_that_fail() -> None:
    found = {name for name, kind in SUSPECTS.items() if UNAUTHORIZED in failed(dry_run(narrowed(UNAUTHORIZED), kind))}
    assert {"forbids", "pretends-not-found", "redirects"} <= found


@pytest.mark.parametrize("name", ["lets-nameless-in", "lets-anybody-in", "validates-for-strangers"])
def test_a_fault_outside_the_selection_is_not_held_against_what_is_in_it(name: str) -> None:
    assert failed(dry_run(narrowed(f"create/{UNAUTHORIZED}"), CATALOGUE[name])) == set()


def test_a_pattern_is_narrowed_without_a_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_runs, "dry_run", None)
    assert narrowed(UNAUTHORIZED).scripts == frozenset({"wrong credentials"})


def test_a_narrowed_run_notes_what_it_leaves_out() -> None:
    events = dry_run(narrowed(UNAUTHORIZED)).events
    assert [event["text"] for event in events if event["type"] == "note"] == [NOTE]


def test_a_profile_without_random_traffic_leaves_only_scripts_out() -> None:
    events = dry_run(narrowed(UNAUTHORIZED, "tenant")).events
    assert [event["text"] for event in events if event["type"] == "note"] == ["narrowed: 10 scripts left out"]


def test_a_whole_run_has_no_such_note() -> None:
    assert all(event["type"] != "note" for event in dry_run(settings()).events)


def test_random_traffic_is_sent_where_it_was_asked_for() -> None:
    asked = narrowed("schemathesis-checks")
    assert asked.scripts == frozenset({RANDOM})
    assert asked.narrowing_note == "narrowed: 12 scripts left out"


def test_a_server_that_remembers_some_orders_is_found_by_the_orders_between_an_order_and_its_repeat() -> None:
    run = dry_run(narrowed("after-other-orders"), CATALOGUE["remembers10"])
    assert failed(run) == {"409/duplicate/after-other-orders"}


def test_similar_references_are_sent_without_the_other_orders() -> None:
    traffic = dry_run(narrowed("409/reference-case-and-spaces", "tenant")).traffic
    assert traffic["requests"] <= 20
    assert traffic["orders_created"] <= 10


def test_faults_are_sent_without_orders() -> None:
    assert dry_run(narrowed("request/price/type", "tenant")).traffic["orders_created"] == 0


@pytest.mark.parametrize("requirement", RARE)
def test_what_only_edge_cases_or_random_traffic_find_a_narrowed_run_finds_too(requirement: str) -> None:
    kind = RARE[requirement]
    assert requirement not in failed(dry_run(settings(), kind)), "the systematic plan finds it"
    assert requirement in failed(dry_run(settings(examples=None), kind))
    assert requirement in failed(dry_run(narrowed(f"create/{requirement}"), kind))


def test_a_narrowed_run_about_wrong_credentials_sends_no_random_traffic() -> None:
    assert not narrowed("create/401/http-status or create/401/www-authenticate").sends(RANDOM)


def test_what_a_narrowed_run_does_not_show_is_not_put_down_to_its_profile() -> None:
    events = dry_run(narrowed("409/near-instant", "tenant")).events
    assert [event["reason"] for event in events if event["type"] == "untested"] == [
        "this narrowed run sends nothing that tests it"
    ]


def test_a_narrowed_run_points_to_no_requirement_that_it_does_not_list() -> None:
    events = dry_run(narrowed("recycled-reference"), RejectsEverything).events
    assert [event["reason"] for event in events if event["type"] == "untested"] == [
        "a requirement that it depends on failed: run all requirements to see which"
    ]


class RejectsEverything(Service):
    """Rejects every order."""

    def create(self, order: object, request: ServerRequest) -> ServerResponse:
        return super().create({}, request)
