"""`explain`: what a requirement says, what is sent for it, where it is judged, and which servers break it."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

import orders_conformance
from orders_conformance.harness.oracle.judges import JUDGES, Place
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.scripts.declarations import SCRIPTS
from tests.support.runs import CONTRACT
from tests.support.terminal import Terminal

ACCUSED = "create/409/reference-case-and-spaces"
PACKAGE = Path(next(iter(orders_conformance.__path__)))


def _source(place: Place) -> str:
    """Read the source of the class or function that a place names."""
    module = importlib.import_module(f"orders_conformance.{place.module.removesuffix('.py').replace('/', '.')}")
    return inspect.getsource(getattr(module, place.name))


def test_every_rule_has_a_judge() -> None:
    assert set(JUDGES) == set(Rule)


@pytest.mark.parametrize("rule", Rule)
def test_the_first_place_of_a_judge_names_the_rule(rule: Rule) -> None:
    assert f"Rule.{rule.name}" in _source(JUDGES[rule][0])


@pytest.mark.parametrize("place", sorted({place for places in JUDGES.values() for place in places}, key=str), ids=str)
def test_every_place_of_a_judge_exists(place: Place) -> None:
    assert (PACKAGE / place.module).is_file()
    assert place.name in _source(place)


def test_a_requirement_is_explained_with_what_the_contract_says_of_it(terminal: Terminal) -> None:
    requirement = CONTRACT.requirements[ACCUSED]
    said = terminal.type("explain", ACCUSED)
    assert said.status == 0
    assert said.output.splitlines()[:5] == [
        ACCUSED,
        f"Formerly: {requirement.formerly}",
        f"Level: {requirement.level}",
        f"Sentence: {requirement.sentence}",
        f"Source: {requirement.source}",
    ]


def test_what_is_sent_for_a_requirement_is_listed_script_by_script(terminal: Terminal) -> None:
    lines = terminal.type("explain", ACCUSED).output.splitlines()
    start, end = lines.index("Sent for it:"), lines.index("Judged in:")
    assert lines[start + 1 : end] == [
        f"  first orders (comes before, for its orders): {SCRIPTS['first orders'].sends}",
        f"  similar references: {SCRIPTS['similar references'].sends}",
        f"  edge cases: {SCRIPTS['edge cases'].sends}",
    ]


def test_the_rule_behind_a_failure_is_found_in_at_most_two_files(terminal: Terminal) -> None:
    lines = terminal.type("explain", ACCUSED).output.splitlines()
    judged = [line.strip() for line in lines[lines.index("Judged in:") + 1 : -1]]
    assert judged == [str(place) for place in JUDGES[Rule.REFERENCE_CASE_AND_SPACES]]
    assert 1 <= len({line.partition(":")[0] for line in judged}) <= 2


def test_the_servers_that_break_this_requirement_in_particular_are_named_first(terminal: Terminal) -> None:
    line = terminal.type("explain", ACCUSED).output.splitlines()[-1]
    told, _, names = line.partition(": ")
    assert told == "Broken by 6 known faulty servers"
    assert set(names.split(", ")[:2]) == {"key-in-any-case", "key-without-blanks"}


def test_very_many_servers_are_cut_and_counted(terminal: Terminal) -> None:
    line = terminal.type("explain", "create/any/no-5xx").output.splitlines()[-1]
    count = int(line.split()[2])
    assert line.endswith(f" and {count - 8} more")


def test_an_observation_is_broken_by_no_server(terminal: Terminal) -> None:
    lines = terminal.type("explain", "create/409/near-instant").output.splitlines()
    assert lines[-1] == "Never fails: the report shows what was observed"


def test_a_former_id_is_explained_as_the_present_one(terminal: Terminal) -> None:
    former = terminal.type("explain", "create/409/letters").output
    assert former == terminal.type("explain", ACCUSED).output


@pytest.mark.parametrize(
    ("word", "suggested"),
    [("create/409/letterz", "create/409/"), ("zzz", "see 'orders-conformance list' for the ids")],
)
def test_an_unknown_id_is_reported_in_one_line_with_a_suggestion(terminal: Terminal, word: str, suggested: str) -> None:
    said = terminal.type("explain", word)
    assert said.status == 2
    assert f"there is no requirement {word!r}: " in said.problem
    assert suggested in said.problem


def test_an_explanation_says_where_the_source_is_and_why_the_level_is_another(terminal: Terminal) -> None:
    requirement = CONTRACT.requirements[ACCUSED]
    lines = terminal.type("explain", ACCUSED).output.splitlines()
    assert f"  {requirement.sources[0].url} (read on {requirement.sources[0].document.read})" in lines
    assert f"  Why should: {requirement.argument}" in lines
    assert (
        "  https://www.rfc-editor.org/rfc/rfc9110#section-11.1"
        in terminal.type("explain", "create/request/credentials/scheme-case").output.splitlines()
    )
