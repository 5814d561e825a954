"""The verdict on a requirement and the outcome of a run, every cell of their tables."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from orders_conformance.harness.verdicts.verdict import (
    Declared,
    Observed,
    Outcome,
    RequirementVerdict,
    Verdict,
    outcome,
    verdict,
)
from orders_conformance.spec.sources import Level

LEVELS: tuple[Level, ...] = get_args(Level)

# What was observed and what a declared deviation does: the verdict at must, should and info.
VERDICTS = {
    (Observed.KEPT, Declared.NOT): ("passed", "passed", "observed"),
    (Observed.KEPT, Declared.IN_FORCE): ("passed", "passed", "observed"),
    (Observed.KEPT, Declared.STALE): ("failed", "failed", "observed"),
    (Observed.BROKEN, Declared.NOT): ("failed", "failed", "observed"),
    (Observed.BROKEN, Declared.IN_FORCE): ("waived", "waived", "observed"),
    (Observed.BROKEN, Declared.STALE): ("failed", "failed", "observed"),
    (Observed.NOTHING, Declared.NOT): ("untested", "untested", "untested"),
    (Observed.NOTHING, Declared.IN_FORCE): ("untested", "untested", "untested"),
    (Observed.NOTHING, Declared.STALE): ("untested", "untested", "untested"),
}
VERDICT_CELLS = [
    (level, observed, declared, expected)
    for (observed, declared), row in VERDICTS.items()
    for level, expected in zip(LEVELS, row, strict=True)
]

# The outcome of a run with one requirement that passed and one of this level and verdict, failing on must and should.
OUTCOMES = {
    ("must", "passed"): ("conformant", "conformant"),
    ("must", "failed"): ("not conformant", "not conformant"),
    ("must", "waived"): ("partial", "partial"),
    ("must", "untested"): ("partial", "partial"),
    ("must", "observed"): ("conformant", "conformant"),
    ("should", "passed"): ("conformant", "conformant"),
    ("should", "failed"): ("conformant", "not conformant"),
    ("should", "waived"): ("conformant", "partial"),
    ("should", "untested"): ("conformant", "conformant"),
    ("should", "observed"): ("conformant", "conformant"),
    ("info", "passed"): ("conformant", "conformant"),
    ("info", "failed"): ("conformant", "conformant"),
    ("info", "waived"): ("conformant", "conformant"),
    ("info", "untested"): ("conformant", "conformant"),
    ("info", "observed"): ("conformant", "conformant"),
}
OUTCOME_CELLS = [
    (RequirementVerdict(level, Verdict(given)), fail_on, Outcome(expected))
    for level in LEVELS
    for given in Verdict
    for fail_on, expected in zip(LEVELS, OUTCOMES[level, given.value], strict=False)
]
PASSED = RequirementVerdict("must", Verdict.PASSED)
CELLS = [RequirementVerdict(level, given) for level in LEVELS for given in Verdict]


def test_the_table_of_verdicts_has_every_cell() -> None:
    cells = {(level, observed, declared) for level, observed, declared, _ in VERDICT_CELLS}
    assert cells == set(itertools.product(LEVELS, Observed, Declared))


@pytest.mark.parametrize(("level", "observed", "declared", "expected"), VERDICT_CELLS)
def test_verdict(level: Level, observed: Observed, declared: Declared, expected: str) -> None:
    assert verdict(level, observed, declared) is Verdict(expected)


@pytest.mark.parametrize(("judged", "fail_on", "expected"), OUTCOME_CELLS)
def test_outcome_of_a_whole_run(judged: RequirementVerdict, fail_on: Level, expected: Outcome) -> None:
    assert outcome([PASSED, judged], fail_on=fail_on, broken=False, narrowed=False) is expected


@pytest.mark.parametrize("judged", CELLS)
@pytest.mark.parametrize("fail_on", ["must", "should"])
def test_a_narrowed_run_is_never_conformant(judged: RequirementVerdict, fail_on: Level) -> None:
    whole = outcome([judged], fail_on=fail_on, broken=False, narrowed=False)
    narrowed = outcome([judged], fail_on=fail_on, broken=False, narrowed=True)
    assert narrowed is (Outcome.NOT_CONFORMANT if whole is Outcome.NOT_CONFORMANT else Outcome.PARTIAL)


@pytest.mark.parametrize("judged", CELLS)
@pytest.mark.parametrize("fail_on", ["must", "should"])
@pytest.mark.parametrize("narrowed", [False, True])
def test_a_run_that_could_not_judge_is_broken_whatever_it_saw(
    judged: RequirementVerdict,
    fail_on: Level,
    narrowed: bool,  # noqa: FBT001 - a cell
) -> None:
    assert outcome([PASSED, judged], fail_on=fail_on, broken=True, narrowed=narrowed) is Outcome.BROKEN


@pytest.mark.parametrize("narrowed", [False, True])
def test_a_run_without_requirements_is_broken(narrowed: bool) -> None:  # noqa: FBT001 - a cell
    assert outcome([], fail_on="must", broken=False, narrowed=narrowed) is Outcome.BROKEN


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("fail_on", ["must", "should"])
@pytest.mark.parametrize("narrowed", [False, True])
def test_a_stale_deviation_counts_at_every_level(
    level: Level,
    fail_on: Level,
    narrowed: bool,  # noqa: FBT001 - a cell
) -> None:
    judged = [PASSED, RequirementVerdict(level, Verdict.FAILED, stale=True)]
    assert outcome(judged, fail_on=fail_on, broken=False, narrowed=narrowed) is Outcome.NOT_CONFORMANT
    assert outcome(judged, fail_on=fail_on, broken=True, narrowed=narrowed) is Outcome.BROKEN


def test_a_failure_outweighs_a_gap() -> None:
    judged = [RequirementVerdict("must", Verdict.UNTESTED), RequirementVerdict("must", Verdict.FAILED)]
    assert outcome(judged, fail_on="must", broken=False, narrowed=False) is Outcome.NOT_CONFORMANT
