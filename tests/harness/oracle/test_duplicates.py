"""Accepted repeats: which circumstance is the cause, when that is a suspicion, and what clears a circumstance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.duplicates import PAUSE, Repeat, judge_repeat
from orders_conformance.harness.oracle.evidence import Judgement
from orders_conformance.harness.oracle.history import CreatedOrder, History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.spec.rules import Rule
from tests.support.runs import (
    CONTRACT,
    Judge,
    broken,
    created,
    empty_history,
    exchange,
    full,
    minimal,
    refused,
    request,
    seen,
)

ORDER = minimal()
CONFLICT = refused(409, developerMessage="B94TXY-1 exists")
KEY = seen(ORDER).key
assert KEY is not None
KNOWN = CreatedOrder(
    KEY, seen(ORDER).document or {}, "x1", 0.0, "main", None, certain=True, orders_before=1, rejections_before=0
)
FIRST, SECOND = Rule.DUPLICATE_AFTER_ORDERS, Rule.DUPLICATE_AFTER_PAUSE


def circumstances(
    order: Mapping[str, Any] = ORDER, known: CreatedOrder = KNOWN, history: History | None = None, **details: Any
) -> Mapping[Rule, float]:
    history = history or replace(empty_history(), orders=1)
    sent = exchange(request(order), CONFLICT, **details)
    return Repeat.of(sent, seen(order), history, known, CONTRACT).circumstances


def rules_against(judgement: Judgement) -> tuple[str, ...]:
    """Return the rules that may be broken by an accepted repeat, the most likely first."""
    candidates: tuple[Name, ...] = judgement.suspicion.candidates if judgement.suspicion else ()
    names = (*broken(judgement), *("/".join(one) for one in candidates))
    return tuple(name for name in names if Rule.DUPLICATE in name)


def accepted(repeat: Mapping[Rule, float], cleared: Mapping[Rule, float]) -> tuple[str, ...]:
    history = replace(empty_history(), cleared=dict(cleared))
    return rules_against(judge_repeat(Repeat(repeat), history, "409", "201"))


def test_the_simplest_repeat_has_no_circumstances() -> None:
    assert circumstances() == {}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (circumstances(full()), {Rule.DUPLICATE_OTHER_FIELDS: 1}),
        (circumstances(minimal(orderedAt="2024-01-01T17:17:16+01:00")), {Rule.DUPLICATE_SAME_INSTANT: 1}),
        (circumstances(connection="other"), {Rule.DUPLICATE_OTHER_CONNECTION: 1}),
        (circumstances(at=PAUSE), {Rule.DUPLICATE_AFTER_PAUSE: PAUSE}),
        (circumstances(at=PAUSE / 2), {}),
        (circumstances(history=replace(empty_history(), orders=4)), {Rule.DUPLICATE_AFTER_ORDERS: 3}),
        (circumstances(history=replace(empty_history(), orders=1, rejections=2)), {Rule.DUPLICATE_AFTER_REJECTION: 2}),
        (
            circumstances(history=replace(empty_history(), orders=1, conflicts={KEY})),
            {Rule.DUPLICATE_AFTER_CONFLICT: 1},
        ),
        (circumstances(known=replace(KNOWN, group="g1"), group="g2"), {}),
        (circumstances(known=replace(KNOWN, group="g1"), group="g1", at=9.0), {Rule.DUPLICATE_CONCURRENT: 1}),
        (circumstances(full(), connection="b"), {Rule.DUPLICATE_OTHER_FIELDS: 1, Rule.DUPLICATE_OTHER_CONNECTION: 1}),
    ],
)
def test_circumstances_and_their_extents(found: Mapping[Rule, float], expected: Mapping[Rule, float]) -> None:
    assert found == expected


@pytest.mark.parametrize(
    ("repeat", "cleared", "expected"),
    [
        ({}, {}, (Rule.DUPLICATE,)),
        ({FIRST: 1}, {}, (FIRST,)),
        ({FIRST: 1}, {FIRST: 1}, (FIRST,)),
        ({FIRST: 1, SECOND: 2}, {}, (FIRST, SECOND)),
        ({FIRST: 1, SECOND: 2}, {FIRST: 1}, (SECOND, FIRST)),
        ({FIRST: 1, SECOND: 2}, {FIRST: 9}, (SECOND, FIRST)),
        ({FIRST: 2, SECOND: 2}, {FIRST: 1}, (FIRST, SECOND)),
        ({FIRST: 1, SECOND: 2}, {FIRST: 1, SECOND: 2}, (FIRST, SECOND)),
        ({FIRST: 3, SECOND: 2}, {FIRST: 1, SECOND: 2}, (FIRST, SECOND)),
    ],
)
def test_what_was_never_cleared_is_the_likeliest(
    repeat: Mapping[Rule, float], cleared: Mapping[Rule, float], expected: tuple[str, ...]
) -> None:
    assert accepted(repeat, cleared) == expected


def test_several_circumstances_are_a_suspicion_and_no_evidence() -> None:
    judgement = judge_repeat(Repeat({FIRST: 1, SECOND: 2}), empty_history(), "409", "201")
    assert judgement.evidence == ()
    assert judgement.suspicion is not None
    assert (judgement.suspicion.kind, judgement.suspicion.fallback) == ("circumstances", (FIRST,))


def test_a_repeat_rejected_with_409_clears_its_circumstances_to_their_extent() -> None:
    history = empty_history()
    HistoryWriter(CONTRACT, history).note_rejected_repeat(Repeat({FIRST: 3, SECOND: 2}))
    HistoryWriter(CONTRACT, history).note_rejected_repeat(Repeat({FIRST: 1}))
    assert history.cleared == {FIRST: 3, SECOND: 2}


def test_a_conflict_in_a_run_clears_circumstances() -> None:
    judge = Judge()
    judge.create(ORDER)
    judge.judge(full(), CONFLICT)
    other = minimal(referenceId="AB-2")
    judge.create(other)
    repeat = full(referenceId="AB-2")
    assert (
        rules_against(judge.judge(repeat, created(repeat, "r-9"), connection="other"))[0]
        == Rule.DUPLICATE_OTHER_CONNECTION
    )


def test_a_conflict_is_a_circumstance_of_the_next_repeat_of_that_order_only() -> None:
    judge = Judge()
    judge.create(ORDER)
    other = minimal(referenceId="AB-2")
    judge.create(other)
    judge.judge(other, CONFLICT)
    assert rules_against(judge.judge(other, created(other, "r-9"))) == (Rule.DUPLICATE_AFTER_CONFLICT,)
    assert rules_against(judge.judge(ORDER, created(ORDER, "r-8"))) == (Rule.DUPLICATE_AFTER_ORDERS,)


def test_a_repeat_with_wrong_credentials_clears_nothing() -> None:
    judge = Judge()
    judge.create(ORDER)
    judge.judge(request(full(), "none"), refused(401), connection="other")
    assert judge.history.cleared == {}


def test_if_the_simplest_repeat_was_accepted_no_circumstance_is_the_cause() -> None:
    judge = Judge()
    judge.create(ORDER)
    judge.judge(ORDER, created(ORDER, "r-8"))
    assert rules_against(judge.judge(full(), created(full(), "r-9"), connection="other")) == (Rule.DUPLICATE,)


def test_a_race_that_creates_twice_is_evidence_where_repeats_conflict() -> None:
    assert rules_against(judge_repeat(Repeat({Rule.DUPLICATE_CONCURRENT: 1}), empty_history(), "409", "201")) == (
        Rule.DUPLICATE_CONCURRENT,
    )


@pytest.mark.parametrize(("connection", "expected"), [("main", ()), ("other", (Rule.DUPLICATE_CONCURRENT,))])
def test_a_race_is_not_judged_if_repeats_on_the_same_connection_were_accepted(
    connection: str, expected: tuple[str, ...]
) -> None:
    judge = Judge()
    judge.create(ORDER)
    judge.judge(full(), created(full(), "r-9"), connection=connection)
    race = minimal(referenceId="AB-2")
    judge.judge(race, created(race, "r-10"), group="g1", connection="racer-0")
    assert rules_against(judge.judge(race, created(race, "r-11"), group="g1", connection="racer-1")) == expected
