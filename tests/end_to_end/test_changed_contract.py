"""A changed copy of the contract changes what is required, sent, served and judged, with no edit of any code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.invocation.settings import settings_of
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.spec.contract import Contract, check_openapi
from tests.support.contract_copies import document_copy, request_and_reply

pytestmark = pytest.mark.slow  # 4 s of CPU: whole runs

NEW_VALUE, GONE, NEW_FIELD, GREETING = "CARRIER_PIGEON", "BROWSED", "giftMessage", "With love"


def changed_document() -> dict[str, Any]:
    """Add a value to an enum, take one from another, and add an optional field that is answered as it was sent."""
    document = document_copy()
    for fields in request_and_reply(document):
        fields["channel"]["enum"].append(NEW_VALUE)
        fields["status"]["enum"].remove(GONE)
        fields[NEW_FIELD] = {"type": "string", "description": "A note.", "examples": [GREETING], "x-echo": "exact"}
    return document


@pytest.fixture(scope="module")
def changed_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("contract") / "orders.yaml"
    path.write_text(yaml.safe_dump(changed_document(), sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def changed(changed_path: Path) -> Contract:
    return Contract.load(changed_path)


@pytest.fixture(scope="module")
def rehearsed(changed_path: Path) -> Callable[[str], DryRun]:
    """Rehearse a run of a profile with the changed contract, once each."""

    @cache
    def run(profile: str) -> DryRun:
        return dry_run(settings_of(Invocation(contract_path=changed_path, profile=profile, seed=1)))

    return run


def sent_orders(run: DryRun) -> list[Mapping[str, Any]]:
    """Read the orders that were sent with the right credentials and created."""
    exchanges = [event for event in run.events if event["type"] == "exchange"]
    return [
        json.loads(event["request"]["body"]["text"])
        for event in exchanges
        if event["response"] and event["response"]["status"] == 201 and "text" in event["request"]["body"]
    ]


def added(changed: Contract, contract: Contract) -> set[str]:
    return changed.requirements.keys() - contract.requirements.keys()


def test_the_changed_copy_is_valid_openapi() -> None:
    check_openapi(changed_document())


def test_the_requirements_are_those_of_the_copy(changed: Contract, contract: Contract) -> None:
    request = {"optional", "null", "type", "accept", "unusual-values"}
    response = {"present", "left-out", "type", "echo", "not-from-another-order"}
    assert added(changed, contract) == {
        f"create/request/channel/enum/{NEW_VALUE}",
        *(f"create/request/{NEW_FIELD}/{family}" for family in request),
        *(f"create/201/{NEW_FIELD}/{family}" for family in response),
    }
    assert contract.requirements.keys() - changed.requirements.keys() == {f"create/request/status/enum/{GONE}"}


def test_a_server_of_the_copy_is_conformant(rehearsed: Callable[[str], DryRun]) -> None:
    conclusion = rehearsed("ci").conclusion
    assert (conclusion.outcome, conclusion.reason) == (Outcome.CONFORMANT, None)


def test_a_tenants_profile_finds_no_failure(rehearsed: Callable[[str], DryRun]) -> None:
    # It sends no concurrent duplicates, so that not everything is tested.
    conclusion = rehearsed("tenant").conclusion
    assert conclusion.outcome is Outcome.PARTIAL
    assert Verdict.FAILED not in conclusion.verdicts.values()


@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_what_is_new_was_judged_and_passed(
    rehearsed: Callable[[str], DryRun], changed: Contract, contract: Contract, profile: str
) -> None:
    verdicts = rehearsed(profile).conclusion.verdicts
    new = {name for name in added(changed, contract) if changed.requirements[name].level != "info"}
    assert {name: verdicts[name] for name in new} == dict.fromkeys(new, Verdict.PASSED)


@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_what_is_new_was_sent_and_taken(rehearsed: Callable[[str], DryRun], profile: str) -> None:
    orders = sent_orders(rehearsed(profile))
    assert NEW_VALUE in {order.get("channel") for order in orders}
    assert GREETING in {order.get(NEW_FIELD) for order in orders}


@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_what_is_gone_was_not_taken(rehearsed: Callable[[str], DryRun], profile: str) -> None:
    assert GONE not in {order.get("status") for order in sent_orders(rehearsed(profile))}


def test_a_text_field_without_a_rule_of_its_own_is_unusual_beyond_its_examples(
    rehearsed: Callable[[str], DryRun],
) -> None:
    verdicts = rehearsed("ci").conclusion.verdicts
    assert verdicts[f"create/request/{NEW_FIELD}/unusual-values"] is Verdict.OBSERVED
