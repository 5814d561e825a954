"""The systematic plan: complete, deterministic, and without repeated keys by accident."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck.matrix import BOUNDS
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import RIGHT
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import JSON, Order, Pause, Probe, ProbeResult, Send, Together
from orders_conformance.strategies.scripts.declarations import CLOSING
from orders_conformance.strategies.scripts.plan import Plan
from orders_conformance.strategies.scripts.plan_size import PlanSize
from tests.support.classified_orders import CREDENTIALS, NOW, Referee, plain_orders

CONTRACT = Contract.load()
EXTENTS = {name: profile.plan_size for name, profile in PROFILES.items()}
CI = EXTENTS["ci"]


def conformant(referee: Referee) -> Callable[[Probe], int]:
    """Respond like a conformant server that accepts everything that it may accept."""
    created: set[Any] = set()

    def respond(probe: Probe) -> int:
        seen = referee.see(probe.payload)
        if probe.credentials not in {RIGHT, "scheme-case"} or probe.authorization is not None:
            return 401
        if probe.content_type is not None and probe.content_type.partition(";")[0].lower() != JSON:
            return 415
        if seen.key is None or seen.violations:
            return 400
        key = (seen.key.reference, seen.key.instant)
        if key in created:
            return 409
        created.add(key)
        return 201

    return respond


def performed(
    plan_size: PlanSize, respond: Callable[[Probe], int] | None = None
) -> Iterator[tuple[str, Probe, int | None]]:
    """Perform every script; list script, probe and status of each request, and no status for those sent at once."""
    respond = respond or conformant(Referee(CONTRACT, NOW))
    scripts: Mapping[str, Any] = Plan(plain_orders(CONTRACT), plan_size, CREDENTIALS).scripts()
    for name, begin in scripts.items():
        script = begin()
        outcome: Any = None
        while True:
            try:
                action = script.send(outcome)
            except StopIteration:
                break
            outcome = None
            if isinstance(action, Send):
                status = respond(action.probe)
                yield name, action.probe, status
                outcome = ProbeResult(status, action.probe)
            elif isinstance(action, Together):
                outcome = tuple(ProbeResult(respond(probe), probe) for probe in action.probes)
                yield from ((name, probe, None) for probe in action.probes)
            else:
                assert isinstance(action, Pause)


SENT = {name: list(performed(plan_size)) for name, plan_size in EXTENTS.items()}
CI_SENT = SENT["ci"]


def classified(sent: list[tuple[str, Probe, int | None]]) -> Iterator[Any]:
    referee = Referee(CONTRACT, NOW)
    return (referee.see(probe.payload) for _, probe, _ in sent)


@pytest.mark.parametrize("profile", EXTENTS)
def test_the_plan_is_the_same_each_time(profile: str) -> None:
    again = [(name, probe.name, probe.payload) for name, probe, _ in performed(EXTENTS[profile])]
    assert again == [(name, probe.name, probe.payload) for name, probe, _ in SENT[profile]]


@pytest.mark.parametrize("profile", EXTENTS)
def test_the_plan_costs_little(profile: str) -> None:
    bounds, number = BOUNDS[profile], len(CONTRACT.requirements)
    assert len(SENT[profile]) <= bounds.most_requests(number)
    assert sum(status == 201 for _, _, status in SENT[profile]) <= bounds.most_orders(number)


def test_wrong_credentials_lock_no_account_of_a_tenant() -> None:
    longest = in_a_row = 0
    for _, _, status in SENT["tenant"]:
        in_a_row = in_a_row + 1 if status == 401 else 0
        longest = max(longest, in_a_row)
    assert 0 < longest <= 4


@pytest.mark.parametrize("profile", EXTENTS)
def test_every_wrong_variant_of_the_contract_is_sent(profile: str) -> None:
    assert {probe.credentials for _, probe, _ in SENT[profile]} >= set(CONTRACT.extension.credentials.wrong)


@pytest.mark.parametrize("profile", EXTENTS)
def test_every_media_type_of_the_contract_is_sent(profile: str) -> None:
    listed = CONTRACT.extension.media_types
    sent = {probe.content_type for _, probe, _ in SENT[profile]}
    assert sent >= {*listed.accepted, *listed.rejected, None}


@pytest.mark.parametrize("profile", EXTENTS)
def test_every_value_is_sent_in_an_order_that_is_created(profile: str) -> None:
    values = {(field.name, value) for field in CONTRACT.fields.values() for value in field.enum}
    created = [json.loads(probe.payload) for _, probe, status in SENT[profile] if status == 201]
    assert {(name, order.get(name)) for order in created for name, _ in values} >= values


@pytest.mark.parametrize("profile", EXTENTS)
def test_every_requirement_to_reject_is_tested(profile: str) -> None:
    families = ("required", "null_required", "type", "enum", "format")
    due = {(one.family, *one.subject) for family in families for one in CONTRACT.family(family)}
    tried = {name for seen in classified(SENT[profile]) if len(seen.violations) == 1 for name in seen.violations}
    assert {name for name in tried if name[0] != Rule.NAME_CASE} == due


@pytest.mark.parametrize("profile", EXTENTS)
def test_every_required_field_is_sent_under_a_name_in_other_letters(profile: str) -> None:
    renamed = [
        seen.violations
        for seen in classified(SENT[profile])
        if seen.violations and all(name[0] == Rule.NAME_CASE for name in seen.violations)
    ]
    assert {name for names in renamed for name in names} == {
        (one.family, *one.subject) for one in CONTRACT.family(Rule.NAME_CASE)
    }


def test_a_field_may_be_the_only_one_under_a_name_in_other_letters() -> None:
    alone = {seen.violations for seen in classified(CI_SENT) if len(seen.violations) == 1}
    assert alone >= {((one.family, *one.subject),) for one in CONTRACT.family(Rule.NAME_CASE)}


@pytest.mark.parametrize("profile", EXTENTS)
def test_each_field_outside_the_key_is_the_only_one_that_is_changed_in_a_repeat(profile: str) -> None:
    created: dict[tuple[Any, Any], Order] = {}
    changed: set[str] = set()
    for _, probe, status in SENT[profile]:
        if isinstance(probe.body, bytes):
            continue
        key = probe.body.get("referenceId"), probe.body.get("orderedAt")
        if status == 201:
            created.setdefault(key, probe.body)
        elif status == 409 and key in created:
            before = created[key]
            others = {name for name in {*before, *probe.body} if before.get(name) != probe.body.get(name)}
            changed |= others if len(others) == 1 else set()
    assert changed == CONTRACT.fields.keys() - {"referenceId", "orderedAt"}


@pytest.mark.parametrize("profile", EXTENTS)
def test_every_unusual_order_that_is_created_is_repeated(profile: str) -> None:
    sent = [(probe, status) for script, probe, status in SENT[profile] if script == "unusual"]
    unusual = [probe.payload for probe, status in sent if status == 201]
    repeated = [probe.payload for _, probe, status in SENT[profile] if status == 409]
    assert unusual
    assert [body for body in unusual if body not in repeated] == []


@pytest.mark.parametrize("profile", EXTENTS)
def test_faults_have_keys_of_their_own_in_every_respect(profile: str) -> None:
    instants = [
        json.loads(probe.payload)["orderedAt"]
        for script, probe, status in SENT[profile]
        if script == "faults" and status == 400 and "orderedAt" in json.loads(probe.payload)
    ]
    valid = [parse(text) for text in instants if isinstance(text, str) and parse(text)]
    assert len(set(valid)) == len(valid) > 20


def test_a_tenant_gets_few_wrong_tokens_for_its_client_key() -> None:
    wrong = [probe for _, probe, _ in SENT["tenant"] if probe.credentials.rpartition("-")[0] in {"password", "wrong"}]
    tokens = [probe for probe in wrong if probe.credentials != "wrong-user"]
    empty = [probe for _, probe, _ in SENT["tenant"] if probe.credentials == "empty-password"]
    assert len(tokens) + len(empty) <= 6


@pytest.mark.parametrize("profile", EXTENTS)
def test_cookies_are_sent_in_place_of_credentials_and_beside_wrong_ones(profile: str) -> None:
    probes = [probe for _, probe, _ in SENT[profile] if probe.has_cookies]
    assert [probe.credentials for probe in probes] == list(CONTRACT.extension.credentials.wrong)[:2]


@pytest.mark.parametrize("profile", EXTENTS)
def test_every_kind_of_broken_body_is_tried(profile: str) -> None:
    assert {seen.body_fault for seen in classified(SENT[profile])} == {None, *CONTRACT.extension.bodies}


def test_requests_that_do_not_test_conflicts_have_a_fresh_key() -> None:
    used: set[str] = set()
    for script, probe, status in CI_SENT:
        seen = Referee(CONTRACT, NOW).see(probe.payload)
        if seen.key is None:
            continue
        if script in {"faults", "wrong credentials", "broken bodies"}:
            assert seen.key.reference not in used, probe.name
        if status == 201 or script in {"faults", "wrong credentials"}:
            used.add(seen.key.reference)


def test_only_repeats_conflict_on_a_conformant_server() -> None:
    conflicts = {probe.name.split("/")[0] for _, probe, status in CI_SENT if status == 409}
    assert conflicts <= {"repeat", "recycled", "race"}


def test_every_circumstance_of_a_repeat_is_tried() -> None:
    names = {probe.name for _, probe, _ in CI_SENT}
    assert {
        "repeat/at-once",
        "repeat/again",
        "repeat/other-connection",
        "repeat/other-fields",
        "repeat/after-refusal",
        "repeat/unauthorized",
        "repeat/after-order",
        "repeat/same-instant",
        "recycled",
        "repeat/at-the-end",
    } <= names


def test_the_last_script_repeats_the_first_order() -> None:
    first = next(probe.body for _, probe, status in CI_SENT if status == 201)
    script, last, status = CI_SENT[-1]
    assert (script, last.body, status) == (CLOSING, first, 409)


def test_racers_have_a_connection_each() -> None:
    racers = [probe for _, probe, status in CI_SENT if status is None]
    by_name: dict[str, list[str]] = {}
    for probe in racers:
        by_name.setdefault(probe.name, []).append(probe.connection)
    assert by_name
    assert all(len(set(lanes)) == len(lanes) for lanes in by_name.values())


def test_a_spared_target_has_no_races() -> None:
    assert all(status is not None for _, _, status in SENT["tenant"])


def test_every_reference_begins_with_the_prefix(orders: OrderFactory, referee: Referee) -> None:
    for _, probe, _ in CI_SENT:
        key = referee.see(probe.payload).key
        assert key is None or key.reference.upper().startswith(orders.prefix)


def test_a_server_that_rejects_everything_gets_a_bounded_number_of_requests() -> None:
    assert len(list(performed(CI, lambda _probe: 400))) <= 4 * len(CI_SENT)
