"""What declared deviations do to the requirements of a run, as a table."""

from __future__ import annotations

from datetime import date

import pytest

from orders_conformance.harness.inputs.deviations import Deviation
from orders_conformance.harness.verdicts.verdict import Declared, Observed
from orders_conformance.harness.verdicts.waivers import expired_and_untested, waivers

TODAY = date(2026, 11, 25)
YESTERDAY = date(2026, 11, 24)
FIRST, SECOND, THIRD = "create/201/price/echo", "create/201/status/echo", "create/409/duplicate"
KEPT, BROKEN, NOTHING = Observed.KEPT, Observed.BROKEN, Observed.NOTHING
EXACT, PATTERN = Deviation(FIRST, "Known."), Deviation("create/201/*", "Known.")
EXPIRED = Deviation(FIRST, "Known.", expires=YESTERDAY)
INTERMITTENT = Deviation(FIRST, "Known.", may=True)
EXPIRED_INTERMITTENT = Deviation(FIRST, "Known.", expires=YESTERDAY, may=True)
EXPIRED_PATTERN = Deviation("create/201/*", "Known.", expires=YESTERDAY)
IN_FORCE, STALE = Declared.IN_FORCE, Declared.STALE

# One declaration, what was observed of the first two requirements, and what it does to each; None for nothing.
TABLE: list[tuple[Deviation, Observed, Observed, Declared | None, Declared | None]] = [
    (EXACT, BROKEN, BROKEN, IN_FORCE, None),
    (EXACT, KEPT, BROKEN, STALE, None),
    (EXACT, NOTHING, BROKEN, None, None),
    (INTERMITTENT, BROKEN, BROKEN, IN_FORCE, None),
    (INTERMITTENT, KEPT, BROKEN, IN_FORCE, None),
    (EXPIRED_INTERMITTENT, BROKEN, BROKEN, STALE, None),
    (EXPIRED_INTERMITTENT, KEPT, BROKEN, STALE, None),
    (EXPIRED, BROKEN, BROKEN, STALE, None),
    (EXPIRED, KEPT, BROKEN, STALE, None),
    (EXPIRED, NOTHING, BROKEN, None, None),
    (PATTERN, BROKEN, BROKEN, IN_FORCE, IN_FORCE),
    (PATTERN, KEPT, BROKEN, IN_FORCE, IN_FORCE),
    (PATTERN, NOTHING, BROKEN, None, IN_FORCE),
    (PATTERN, KEPT, KEPT, STALE, IN_FORCE),
    (PATTERN, NOTHING, KEPT, None, STALE),
    (PATTERN, NOTHING, NOTHING, None, None),
    (EXPIRED_PATTERN, BROKEN, BROKEN, STALE, STALE),
    (EXPIRED_PATTERN, KEPT, BROKEN, None, STALE),
    (EXPIRED_PATTERN, NOTHING, BROKEN, None, STALE),
    (EXPIRED_PATTERN, KEPT, KEPT, STALE, None),
    (EXPIRED_PATTERN, NOTHING, KEPT, None, STALE),
    (EXPIRED_PATTERN, NOTHING, NOTHING, None, None),
]


def declared(
    deviations: list[Deviation], *shown: Observed, whole: bool = True
) -> tuple[Declared | None, Declared | None, Declared | None]:
    observed = dict(zip((FIRST, SECOND, THIRD), shown, strict=False))
    given = waivers(deviations, observed, TODAY, whole=whole)
    first, second, third = (given[name].declared if name in given else None for name in (FIRST, SECOND, THIRD))
    return first, second, third


def reason(deviation: Deviation, *shown: Observed) -> str:
    given = waivers([deviation], dict(zip((FIRST, SECOND), shown, strict=True)), TODAY, whole=True)
    return next(one.reason for one in given.values() if one.declared is STALE)


@pytest.mark.parametrize(("deviation", "first", "second", "of_first", "of_second"), TABLE)
def test_what_a_declaration_does(
    deviation: Deviation,
    first: Observed,
    second: Observed,
    of_first: Declared | None,
    of_second: Declared | None,
) -> None:
    assert declared([deviation], first, second, BROKEN) == (of_first, of_second, None)


@pytest.mark.parametrize(("deviation", "first", "second", "of_first", "of_second"), TABLE)
def test_a_run_that_was_cut_short_calls_nothing_stale_and_excuses_only_what_is_in_force(
    deviation: Deviation,
    first: Observed,
    second: Observed,
    of_first: Declared | None,
    of_second: Declared | None,
) -> None:
    cut = declared([deviation], first, second, whole=False)
    assert STALE not in cut
    excused = [shown is BROKEN and given is IN_FORCE for shown, given in zip((first, second), cut, strict=False)]
    whole = [shown is BROKEN and given is IN_FORCE for shown, given in ((first, of_first), (second, of_second))]
    assert excused == whole


def test_a_declaration_of_a_requirement_takes_precedence_over_a_pattern() -> None:
    given = waivers([PATTERN, EXACT], {FIRST: BROKEN, SECOND: BROKEN}, TODAY, whole=True)
    assert (given[FIRST].deviation, given[SECOND].deviation) == (EXACT, PATTERN)


def test_the_first_of_two_patterns_applies() -> None:
    wide = Deviation("create/*", "Known, too.")
    given = waivers([wide, PATTERN], {FIRST: BROKEN, THIRD: BROKEN}, TODAY, whole=True)
    assert (given[FIRST].deviation, given[THIRD].deviation) == (wide, wide)


def test_a_pattern_is_not_stale_where_another_declaration_excuses_all_that_deviates() -> None:
    assert declared([EXACT, PATTERN], BROKEN, KEPT) == (IN_FORCE, IN_FORCE, None)


def test_an_expired_pattern_is_stale_although_another_declaration_excuses_what_deviates() -> None:
    assert declared([EXACT, EXPIRED_PATTERN], BROKEN, KEPT) == (IN_FORCE, STALE, None)
    assert declared([EXACT, EXPIRED_PATTERN], BROKEN) == (STALE, None, None)


def test_two_stale_declarations_are_shown_at_two_requirements() -> None:
    assert declared([EXACT, PATTERN], KEPT, KEPT) == (STALE, STALE, None)


@pytest.mark.parametrize(
    ("deviation", "first", "second", "expected"),
    [
        (EXACT, KEPT, KEPT, f"the deviation declared for {FIRST} is stale: the target no longer deviates; remove it"),
        (PATTERN, KEPT, KEPT, "none of the 2 requirements under it that were tested deviates; remove it"),
        (EXPIRED, KEPT, KEPT, "it expired on 2026-11-24, and the target no longer deviates: remove it"),
        (EXPIRED, BROKEN, KEPT, "it expired on 2026-11-24, and the target still deviates: fix the target"),
        (EXPIRED_PATTERN, KEPT, BROKEN, "the deviation declared for create/201/* is stale: it expired on 2026-11-24"),
    ],
)
def test_the_reason_says_why_a_declaration_is_stale(
    deviation: Deviation, first: Observed, second: Observed, expected: str
) -> None:
    assert expected in reason(deviation, first, second)


def test_what_is_waived_has_the_declared_reason() -> None:
    assert waivers([EXACT], {FIRST: BROKEN}, TODAY, whole=True)[FIRST].reason == "Known."


@pytest.mark.parametrize(
    ("deviation", "first", "second", "expected"),
    [
        (EXPIRED, NOTHING, BROKEN, True),
        (EXPIRED, KEPT, NOTHING, False),
        (EXPIRED_PATTERN, NOTHING, NOTHING, True),
        (EXPIRED_PATTERN, NOTHING, KEPT, False),
        (EXACT, NOTHING, NOTHING, False),
    ],
)
def test_an_expired_deviation_under_which_nothing_was_tested_is_returned(
    deviation: Deviation, first: Observed, second: Observed, *, expected: bool
) -> None:
    found = expired_and_untested([deviation], {FIRST: first, SECOND: second}, TODAY)
    assert found == ((deviation,) if expected else ())
