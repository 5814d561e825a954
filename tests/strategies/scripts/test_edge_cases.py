"""What only few servers get wrong: nothing that is sent there is plain and refused, and each group says what it is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.probe import Probe, Send
from orders_conformance.strategies.scripts.edge_cases import edge_cases
from tests.support.classified_orders import NOW, PREFIX, Referee, plain_orders

CONTRACT = Contract.load()
REFEREE = Referee(CONTRACT, NOW)
PROBES = [action.probe for action in edge_cases(plain_orders(CONTRACT)) if isinstance(action, Send)]


def group(name: str) -> Mapping[str, Probe]:
    found = {f"{number}: {probe.name}": probe for number, probe in enumerate(PROBES) if probe.name.startswith(name)}
    assert found
    return found


WRONG = {
    **group("rare/no-"),
    **group("rare/never"),
    **group("rare/numeric-text"),
    **group("rare/two-missing"),
    **group("rare/literal"),
    **group("rare/text/"),
    **group("rare/wrapped"),
}
UNUSUAL = {**group("rare/odd-date"), **group("rare/answered"), **group("rare/long")}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_a_violation(name: str) -> None:
    seen = REFEREE.see(WRONG[name].body)
    assert seen.violations or seen.body_fault


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_odd_may_be_taken_or_refused(name: str) -> None:
    seen = REFEREE.see(UNUSUAL[name].body)
    assert (seen.violations, seen.body_fault) == ((), None)
    assert seen.unusual


def test_references_that_are_alike_are_different() -> None:
    bodies = [probe.body for probe in group("rare/lookalike").values()]
    references = [body["referenceId"] for body in bodies if not isinstance(body, bytes)]
    assert len(set(references)) == len(references) == len(bodies)


def test_every_order_has_a_reference_of_its_own() -> None:
    taken = [probe.body for probe in PROBES if REFEREE.see(probe.body).key is not None]
    keys = {REFEREE.see(body).key for body in taken}
    assert len(keys) == len(taken)


def test_all_references_begin_with_the_prefix() -> None:
    keys = [REFEREE.see(probe.body).key for probe in PROBES]
    assert {key.reference[: len(PREFIX)] for key in keys if key is not None} == {PREFIX}


def test_strangers_have_no_credentials() -> None:
    assert {probe.credentials for probe in group("rare/stranger").values()} == {"none"}
