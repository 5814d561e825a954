"""The suite finds every fault, fails no conformant server, and needs few requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.selfcheck.documents import data, documents, stale_files
from orders_conformance.harness.selfcheck.matrix import BOUNDS, Matrix

_DOCS = Path(__file__).parents[3] / "docs"
# The matrix of the sample takes about 150 s of CPU, on all cores.
pytestmark = pytest.mark.slow


def test_ci_finds_every_fault(judged: Matrix) -> None:
    assert {one.name for one in judged.faulty} - {one.name for one in judged.found("ci")} == set()


def test_faulty_servers_fail_exactly_what_they_break_in_ci(judged: Matrix) -> None:
    wrong = {one.name: (one.undeclared("ci"), one.unseen("ci")) for one in judged.faulty}
    assert {name: found for name, found in wrong.items() if found != ((), ())} == {}


@pytest.mark.thorough
def test_tenant_finds_nearly_every_fault(whole: Matrix) -> None:
    assert whole.share("tenant") >= BOUNDS["tenant"].share


def test_faulty_servers_fail_nothing_else_in_tenant(judged: Matrix) -> None:
    assert {one.name: one.undeclared("tenant") for one in judged.faulty if one.undeclared("tenant")} == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_differing_server_is_accused(judged: Matrix, profile: str) -> None:
    accused = {one.name: (one.stopped(profile), judged.accusations(one, profile)) for one in judged.accused(profile)}
    assert accused == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_differing_servers_end_the_run_where_they_declare_it(judged: Matrix, profile: str) -> None:
    meant = [one for one in judged.different if profile in one.trials]
    assert {one.name: one.was_to_stop(profile) for one in meant if one.was_to_stop(profile)} == {}


def test_every_differing_server_is_judged(judged: Matrix) -> None:
    assert all("tenant" in one.trials for one in judged.different)
    assert sum("ci" in one.trials for one in judged.different) > len(judged.different) / 2


@pytest.mark.parametrize("profile", PROFILES)
def test_embedded_server_fails_nothing(judged: Matrix, profile: str) -> None:
    trial = judged.embedded[profile]
    assert (trial.failed, trial.broken) == ((), None)


@pytest.mark.parametrize("profile", PROFILES)
def test_few_requests_are_sent_and_few_orders_created(judged: Matrix, profile: str) -> None:
    cost, bounds, number = judged.embedded[profile], BOUNDS[profile], len(judged.levels)
    assert cost.requests <= bounds.most_requests(number)
    assert cost.orders <= bounds.most_orders(number)


@pytest.mark.thorough
def test_every_requirement_that_can_fail_is_broken_by_some_server(whole: Matrix) -> None:
    # Servers are alike by the patterns that they declare; under one pattern they may fail different requirements.
    assert whole.unbroken() == ()


def test_rows_of_the_documents_are_not_stale(judged: Matrix) -> None:
    found = json.loads(data(judged))
    told = json.loads((_DOCS / "detection.json").read_text(encoding="utf-8"))
    for catalogue in ("faulty", "different"):
        rows = {row["name"]: row for row in told[catalogue]}
        assert [row for row in found[catalogue] if row != rows.get(row["name"])] == [], (
            "run: orders-conformance selfcheck"
        )


@pytest.mark.thorough
def test_documents_are_not_stale(whole: Matrix) -> None:
    assert stale_files(_DOCS, documents(whole)) == (), "run: orders-conformance selfcheck"
