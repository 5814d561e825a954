"""The reason of an outcome, and the sentence that sums up a run."""

from __future__ import annotations

import pytest

from orders_conformance.harness.verdicts.summary import sentence, why
from orders_conformance.harness.verdicts.verdict import Outcome, RequirementVerdict, Verdict
from orders_conformance.spec.sources import Level

PASSED = RequirementVerdict("must", Verdict.PASSED)
FAILED = RequirementVerdict("must", Verdict.FAILED)
STALE = RequirementVerdict("should", Verdict.FAILED, stale=True)
UNTESTED = RequirementVerdict("must", Verdict.UNTESTED)
WAIVED = RequirementVerdict("must", Verdict.WAIVED)
SHOULD_WAIVED = RequirementVerdict("should", Verdict.WAIVED)


@pytest.mark.parametrize(
    ("result", "judged", "narrowed", "expected"),
    [
        (Outcome.CONFORMANT, [PASSED], False, None),
        (Outcome.CONFORMANT, [PASSED, SHOULD_WAIVED], False, None),
        (Outcome.NOT_CONFORMANT, [FAILED, WAIVED], False, None),
        (Outcome.NOT_CONFORMANT, [PASSED, STALE], False, "a declared deviation is stale"),
        (Outcome.PARTIAL, [UNTESTED], False, "not every requirement of level must was tested"),
        (Outcome.PARTIAL, [UNTESTED], True, "only some of the requirements were judged"),
        (Outcome.PARTIAL, [WAIVED], False, "1 declared deviation is waived"),
        (
            Outcome.PARTIAL,
            [WAIVED, SHOULD_WAIVED, UNTESTED],
            False,
            "not every requirement of level must was tested; 2 declared deviations are waived",
        ),
        (
            Outcome.PARTIAL,
            [WAIVED],
            True,
            "only some of the requirements were judged; 1 declared deviation is waived",
        ),
    ],
)
def test_the_reason_of_an_outcome(
    result: Outcome,
    judged: list[RequirementVerdict],
    narrowed: bool,  # noqa: FBT001 - a cell
    expected: str | None,
) -> None:
    assert why(result, judged, narrowed=narrowed) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([Verdict.PASSED], "0 of 1 must requirements failed"),
        ([Verdict.FAILED, Verdict.PASSED], "1 of 2 must requirements failed"),
        ([Verdict.WAIVED], "0 of 1 must requirements failed and 1 is waived"),
        ([Verdict.UNTESTED], "0 of 1 must requirements failed and 1 was not tested"),
        (
            [Verdict.WAIVED, Verdict.UNTESTED] * 2,
            "0 of 4 must requirements failed and 2 are waived and 2 were not tested",
        ),
    ],
)
@pytest.mark.parametrize("fail_on", ["must", "should"])
def test_the_sentence_counts_what_failed_is_waived_and_was_not_tested(
    verdicts: list[Verdict], expected: str, fail_on: Level
) -> None:
    said = sentence(
        Outcome.PARTIAL, [RequirementVerdict("must", one) for one in verdicts], fail_on, "9 requests created 2 orders"
    )
    assert said == (
        f"Partial, failing on {fail_on}: {expected}, 0 of 0 should requirements failed; 9 requests created 2 orders."
    )
