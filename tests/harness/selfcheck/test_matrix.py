"""The suite finds every fault, fails no conformant server, and needs few requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck.documents import documents, stale_files
from orders_conformance.harness.selfcheck.matrix import BOUNDS, Matrix

_DOCS = Path(__file__).parents[3] / "docs"


def test_ci_finds_every_fault(judged: Matrix) -> None:
    assert {one.name for one in judged.faulty} - {one.name for one in judged.found("ci")} == set()


def test_faulty_servers_fail_exactly_what_they_break_in_ci(judged: Matrix) -> None:
    wrong = {one.name: (one.undeclared("ci"), one.unseen("ci")) for one in judged.faulty}
    assert {name: found for name, found in wrong.items() if found != ((), ())} == {}


def test_tenant_finds_nearly_every_fault(judged: Matrix) -> None:
    assert judged.share("tenant") >= BOUNDS["tenant"].share


def test_faulty_servers_fail_nothing_else_in_tenant(judged: Matrix) -> None:
    assert {one.name: one.undeclared("tenant") for one in judged.faulty if one.undeclared("tenant")} == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_differing_server_is_accused(judged: Matrix, profile: str) -> None:
    assert {one.name: one.trials[profile] for one in judged.accused(profile)} == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_differing_servers_fail_only_what_they_break(judged: Matrix, profile: str) -> None:
    meant = [one for one in judged.different if profile in one.trials]
    assert {one.name: one.undeclared(profile) for one in meant if one.undeclared(profile)} == {}


def test_every_differing_server_is_judged(judged: Matrix) -> None:
    assert all("tenant" in one.trials for one in judged.different)
    assert sum("ci" in one.trials for one in judged.different) >= 35


@pytest.mark.parametrize("profile", PROFILES)
def test_embedded_server_fails_nothing(judged: Matrix, profile: str) -> None:
    trial = judged.embedded[profile]
    assert (trial.failed, trial.broken) == ((), None)


@pytest.mark.parametrize("profile", PROFILES)
def test_few_requests_are_sent_and_few_orders_created(judged: Matrix, profile: str) -> None:
    cost, bounds, number = judged.embedded[profile], BOUNDS[profile], len(judged.levels)
    assert cost.requests <= bounds.most_requests(number)
    assert cost.orders <= bounds.most_orders(number)


def test_every_requirement_that_can_fail_is_broken_by_some_server(judged: Matrix) -> None:
    assert judged.unbroken() == ()


def test_documents_are_not_stale(judged: Matrix) -> None:
    assert stale_files(_DOCS, documents(judged)) == (), "run: orders-conformance selfcheck"
