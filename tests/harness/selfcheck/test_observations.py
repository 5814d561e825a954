"""Observations of a run are compared with what a drawn server does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.harness.run.conclusion import Conclusion
from orders_conformance.harness.run.dry_run import DryRun
from orders_conformance.harness.selfcheck.observations import contradictions
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.spec.contract import Contract

NULL = "create/request/channel/null"
MISSING = "create/request/media-type/missing"
UNKNOWN = "create/request/unknown-property"
NEAR = "create/409/near-instant"


def contradicted(contract: Contract, choices: dict[str, Any], seen: dict[str, int], missing: str = "") -> list[str]:
    """Compare observations, a status for each requirement, with a server; all but `missing` were observed."""
    verdicts = {
        name: Verdict.UNTESTED if name == missing else Verdict.OBSERVED
        for name, one in contract.requirements.items()
        if one.level == "info"
    }
    events = [
        {"type": "observation", "requirement": name, "observed": f"{status} to such a request"}
        for name, status in seen.items()
    ]
    run = DryRun(Conclusion(Outcome.CONFORMANT, None, verdicts), tuple(events))
    return list(contradictions(contract, replace(Behaviour(), **choices), run))


@pytest.mark.parametrize(
    ("choices", "requirement", "right", "wrong"),
    [
        ({}, NULL, 201, 400),
        ({"null": "rejected"}, NULL, 400, 201),
        ({}, MISSING, 415, 201),
        ({"missing_media_type_accepted": True}, MISSING, 201, 415),
        ({}, UNKNOWN, 201, 400),
        ({}, NEAR, 201, 409),
        ({"window": 2 * 86400}, NEAR, 409, 201),
    ],
)
def test_an_observation_agrees_with_what_was_drawn(
    contract: Contract, choices: dict[str, Any], requirement: str, right: int, wrong: int
) -> None:
    assert contradicted(contract, choices, {requirement: right}) == []
    assert contradicted(contract, choices, {requirement: wrong}) == [f"observed [{wrong}]: {requirement}"]


@pytest.mark.parametrize("requirement", [NULL, MISSING, UNKNOWN, "create/request/price/unusual-values"])
def test_what_each_run_observes_may_not_be_missing(contract: Contract, requirement: str) -> None:
    assert contradicted(contract, {}, {}, missing=requirement) == [f"not observed: {requirement}"]


def test_instants_nearby_may_go_unobserved(contract: Contract) -> None:
    assert contradicted(contract, {}, {}, missing=NEAR) == []


def test_a_server_that_rejects_unknown_properties_may_accept_names_that_occur_twice(contract: Contract) -> None:
    assert contradicted(contract, {"unknown_properties": "rejected"}, {UNKNOWN: 201}) == []
