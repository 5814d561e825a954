"""Drawn servers: nobody is accused, a fault is found and named alone, and what is wrong is reduced to few choices."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace

import pytest
from click.testing import CliRunner

import orders_conformance.harness.selfcheck.drawn
from orders_conformance.harness.cli.main import cli
from orders_conformance.harness.selfcheck.drawn import Case, Drawn, Judge, Judged, Problem, cases, reduce
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.faults import FAULTS
from orders_conformance.mock.faulty import CATALOGUE
from tests.support.samples import sampled

SEED = 12
# Servers to draw without a fault, and as many with one. A run of `ci` takes seconds, one of `tenant` a part of one.
NUMBERS = {"tenant": 16, "ci": 4}
DRAWN = [case for profile, number in NUMBERS.items() for case in cases(profile, number, SEED)]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.mark.slow  # a third of 40 runs with random traffic: 10 s
@pytest.mark.parametrize("case", sampled(DRAWN, 3), ids=lambda case: f"{case.profile}-{case.fault or 'conformant'}")
def test_a_drawn_server_is_judged_right(judge: Judge, case: Case) -> None:
    assert judge.wrong(case) == frozenset()


def test_the_embedded_server_is_judged_right(judge: Judge) -> None:
    assert judge.wrong(Case("tenant", Behaviour())) == frozenset()


def test_the_same_seed_draws_the_same_servers() -> None:
    assert list(cases("tenant", 12, 3)) == list(cases("tenant", 12, 3))
    assert list(cases("tenant", 12, 3)) != list(cases("tenant", 12, 4))


def test_as_many_servers_are_drawn_with_a_fault_as_without() -> None:
    drawn = list(cases("ci", 25, 1))
    assert sum(case.fault is None for case in drawn) == 25
    assert [case.fault for case in drawn if case.fault] == list(FAULTS[:25])


def test_only_the_profile_with_few_wrong_credentials_meets_servers_that_lock_the_account() -> None:
    assert all(case.behaviour.locked_after == 0 for case in cases("ci", 40, 1))
    assert any(case.behaviour.locked_after for case in cases("tenant", 40, 1))


def test_every_fault_is_one_of_the_catalogue() -> None:
    assert set(FAULTS) <= set(CATALOGUE)
    assert len(set(FAULTS)) == len(FAULTS)


CHOICES = replace(Behaviour(), null="rejected", extra_headers=True, deepest=8, location=True, window=60)


def test_choices_that_are_not_needed_are_set_back() -> None:
    reduced = reduce(CHOICES, lambda one: one.null == "rejected" and one.deepest == 8)
    assert reduced.chosen == {"null": "rejected", "deepest": 8}


def test_nothing_is_set_back_that_is_needed() -> None:
    assert reduce(CHOICES, lambda one: one == CHOICES) == CHOICES


def test_a_problem_of_every_server_needs_no_choice() -> None:
    assert reduce(CHOICES, lambda _one: True) == Behaviour()


@dataclass(frozen=True)
class Accuser(Judge):
    """Accuses servers with some choices."""

    def wrong(self, case: Case) -> frozenset[str]:
        chosen = case.behaviour.chosen
        found = {"create/a"} if "null" in chosen and "deepest" in chosen else set()
        return frozenset(found | ({"create/b"} if "location" in chosen else set()))


def test_each_problem_is_told_with_the_choices_that_it_takes() -> None:
    judged = Accuser().judge(Case("tenant", CHOICES))
    assert {str(problem) for problem in judged.problems} == {
        "create/a: null='rejected', deepest=8",
        "create/b: location=True",
    }


def test_a_summary_counts_who_is_accused_found_and_named() -> None:
    wrong, missed = Problem("create/a", (), None), Problem("missed: create/b", (), "forbids")
    also = dataclasses.replace(missed, what="create/c")
    judged = (
        Judged(Case("ci", Behaviour())),
        Judged(Case("ci", Behaviour()), (wrong,)),
        Judged(Case("ci", Behaviour(), "forbids")),
        Judged(Case("ci", Behaviour(), "forbids"), (missed,)),
        Judged(Case("ci", Behaviour(), "forbids"), (also,)),
    )
    assert list(Drawn(judged).lines()) == [
        "ci: 2 conformant servers drawn, 1 of them accused",
        "ci: 3 servers drawn with one fault, 2 found, 1 named exactly",
    ]


@pytest.mark.parametrize(("problems", "status"), [((), 0), ((Problem("create/a", (("null", "rejected"),), None),), 1)])
def test_the_command_fails_if_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, problems: tuple[Problem, ...], status: int
) -> None:
    found = Drawn((Judged(Case("tenant", Behaviour()), problems),))
    monkeypatch.setattr(orders_conformance.harness.selfcheck.drawn, "judge_drawn", lambda _cases, _progress: found)
    result = CliRunner().invoke(cli, ["selfcheck", "--drawn", "1", "--profile", "tenant"])
    assert result.exit_code == status
    assert result.stdout.startswith("tenant: 1 conformant servers drawn")
    assert result.stderr == ("1 server: create/a: null='rejected'\n" if problems else "")
