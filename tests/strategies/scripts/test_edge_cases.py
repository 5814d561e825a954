"""Edge cases: each group of requests is classified as its name says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.probe import Probe, Send
from orders_conformance.strategies.scripts.edge_cases import edge_cases
from tests.support.classified_orders import CREDENTIALS, NOW, PREFIX, Referee, plain_orders

CONTRACT = Contract.load()
REFEREE = Referee(CONTRACT, NOW)
SIZE = replace(PROFILES["ci"].plan_size, numeric_texts=0, wrong_headers=2)
PROBES = [action.probe for action in edge_cases(plain_orders(CONTRACT), SIZE, CREDENTIALS) if isinstance(action, Send)]


def group(name: str) -> Mapping[str, Probe]:
    found = {f"{number}: {probe.name}": probe for number, probe in enumerate(PROBES) if probe.name.startswith(name)}
    assert found
    return found


WRONG = {
    **group("rare/no-"),
    **group("rare/numeric-text"),
    **group("rare/two-missing"),
    **{probe.name + str(n): probe for n, probe in enumerate(PROBES) if probe.name.endswith("/missing/others-too")},
    **group("rare/literal"),
    **group("rare/text/"),
    **group("rare/wrapped"),
}
UNUSUAL = {**group("rare/odd-date"), **group("rare/long")}


@pytest.mark.parametrize("name", WRONG)
def test_invalid_values_are_violations(name: str) -> None:
    seen = REFEREE.see(WRONG[name].body)
    assert seen.violations or seen.body_fault


@pytest.mark.parametrize("name", UNUSUAL)
def test_rare_values_may_be_accepted_or_rejected(name: str) -> None:
    seen = REFEREE.see(UNUSUAL[name].body)
    assert (seen.violations, seen.body_fault) == ((), None)
    assert seen.unusual


def test_similar_references_are_different() -> None:
    bodies = [probe.body for probe in group("rare/lookalike").values()]
    references = [body["referenceId"] for body in bodies if not isinstance(body, bytes)]
    assert len(set(references)) == len(references) == len(bodies)


def test_the_wrong_headers_that_the_plan_leaves_out_are_sent() -> None:
    names = [f"credentials/{name}" for name in CREDENTIALS.near_headers()]
    assert list(dict.fromkeys(probe.name for probe in PROBES if probe.authorization)) == names[2:]


def test_every_order_has_a_reference_of_its_own() -> None:
    taken = [probe.body for probe in PROBES if REFEREE.see(probe.body).key is not None]
    keys = {REFEREE.see(body).key for body in taken}
    assert len(keys) == len(taken)


def test_all_references_begin_with_the_prefix() -> None:
    keys = [REFEREE.see(probe.body).key for probe in PROBES]
    assert {key.reference[: len(PREFIX)] for key in keys if key is not None} == {PREFIX}


def test_bodies_that_are_invalid_as_well_have_wrong_credentials() -> None:
    assert {probe.credentials for probe in group("rare/stranger").values()} == {"none"}
