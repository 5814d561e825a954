"""What scripts declare of themselves is what they are seen to do, on the embedded server and on faulty ones."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pytest

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.run.preflight import PREFLIGHT
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.service import Service
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.scripts.declarations import (
    EDGE_CASES,
    JUDGED_EVERYWHERE,
    RANDOM,
    RESPONSE_RULES,
    SCRIPTS,
    serving,
)
from orders_conformance.strategies.scripts.plan import Plan
from tests.support.runs import CONTRACT, CREDENTIALS, ORGANISATION, settings

CHECKS = tuple(one.id for one in CONTRACT.family(Rule.SCHEMATHESIS_CHECKS))
SYSTEMATIC = [name for name in SCRIPTS if name not in {EDGE_CASES, RANDOM}]
# One that breaks nothing, and some that break what is judged in different ways.
SERVERS: Mapping[str, type[Service]] = {
    "embedded": Service,
    **{
        name: CATALOGUE[name]
        for name in (
            "lets-anybody-in",
            "distrusts-after-failure",
            "reserves-refused",
            "demands-channel",
            "fills-price",
            "forgets-after-refusal",
            "key-of255-characters",
        )
    },
}


# What the names of the requests begin with that diagnosis sends after a fault was found.
FOLLOW_UPS = ("isolate", "spread", "shrink")


def _sent(run: DryRun) -> list[str]:
    return [event["id"] for event in run.events if event["type"] == "exchange"]


@functools.cache
def sent_before(needs: frozenset[str], server: str) -> int:
    """Count the exchanges of the preflight and of scripts that come first."""
    return len(_sent(dry_run(settings(scripts=needs), SERVERS[server])))


@functools.cache
def seen(name: str, server: str = "embedded") -> tuple[Requirement, ...]:
    """List what the requests of a script bear on, those of the preflight and of the scripts that it needs left out."""
    needs = SCRIPTS[name].needs
    run = dry_run(settings(scripts=needs | {name}), SERVERS[server])
    later = set(_sent(run)[sent_before(needs, server) :])
    exchanges = (event for event in run.events if event["type"] == "exchange")
    own = {one["id"] for one in exchanges if one["id"] in later and not one["probe"].startswith(FOLLOW_UPS)}
    bears_on = [one for event in run.events if event.get("id") in own for one in event.get("bears_on", ())]
    found = [event["requirement"] for event in run.events if event["type"] == "finding" and event["exchange"] in own]
    return tuple(CONTRACT.requirements[one] for one in dict.fromkeys((*bears_on, *found)))


def test_every_script_of_the_plan_is_declared_in_its_order() -> None:
    orders = OrderFactory(CONTRACT, ORGANISATION, References("TEST"))
    plan = Plan(orders, settings().profile.plan_size, CREDENTIALS).scripts()
    assert list(plan) == SYSTEMATIC


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", SYSTEMATIC)
def test_every_rule_that_a_script_gives_evidence_for_is_declared(name: str, server: str) -> None:
    declared = SCRIPTS[name].serves | SCRIPTS[name].bears_on
    rules = {one.family for one in seen(name, server)} - JUDGED_EVERYWHERE
    assert rules <= declared


@pytest.mark.parametrize("name", SYSTEMATIC)
def test_a_script_gives_evidence_for_every_declared_rule(name: str) -> None:
    anywhere = {one.family for server in SERVERS for one in seen(name, server)}
    assert SCRIPTS[name].serves | SCRIPTS[name].bears_on <= anywhere


@pytest.mark.parametrize("name", SYSTEMATIC)
def test_the_bodies_that_a_script_declares_are_judged(name: str) -> None:
    statuses = {one.subject[0] for one in seen(name) if one.family in RESPONSE_RULES}
    assert {str(getattr(CONTRACT.statuses, one)) for one in SCRIPTS[name].responses} <= statuses


@pytest.mark.parametrize("name", SYSTEMATIC)
def test_a_further_rule_of_a_script_is_served_by_another_script(name: str) -> None:
    served = {rule for other, one in SCRIPTS.items() if other != name for rule in one.serves}
    assert SCRIPTS[name].bears_on <= served - SCRIPTS[name].serves


@pytest.mark.parametrize("name", SYSTEMATIC)
def test_a_script_comes_after_those_that_it_needs(name: str) -> None:
    assert SCRIPTS[name].needs <= set(SYSTEMATIC[: SYSTEMATIC.index(name)])


def test_every_requirement_is_served() -> None:
    unserved = [name for name, one in CONTRACT.requirements.items() if not serving([one], CONTRACT.statuses)]
    assert unserved == []


# Evidence for these shows only where the server is faulty, or is an observation.
_SHOWN_OTHERWISE = {Rule.SCHEMATHESIS_CHECKS, Rule.DUPLICATE}


@pytest.mark.parametrize("name", [EDGE_CASES, RANDOM])
def test_what_only_whole_runs_send_serves_what_it_declares(name: str) -> None:
    run = dry_run(settings(examples=None, scripts=frozenset({name})))
    shown = {CONTRACT.requirements[one].family for event in run.events for one in event.get("bears_on", ())}
    assert SCRIPTS[name].serves - _SHOWN_OTHERWISE <= shown


def test_random_traffic_serves_the_checks_of_schemathesis() -> None:
    run = dry_run(settings(examples=None, scripts=frozenset({RANDOM}), selected=CHECKS))
    observed = {event["requirement"] for event in run.events if event["type"] == "observation"}
    assert {CONTRACT.requirements[one].family for one in observed} == {Rule.SCHEMATHESIS_CHECKS}


def test_a_script_that_nothing_needs_sends_its_requests_alone() -> None:
    sent = [
        event["probe"]
        for event in dry_run(settings(scripts=frozenset({"wrong credentials"}))).events
        if "probe" in event
    ]
    assert {probe.partition("/")[0] for probe in sent} == {PREFLIGHT, "credentials", "between"}
