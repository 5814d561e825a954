"""Transient failures, and orders whose outcome is unknown."""

from __future__ import annotations

import pytest

from orders_conformance.harness.messages.exchange import Attempt, Failure
from tests.support.runs import (
    DROPPED,
    TOO_MANY,
    UNAVAILABLE,
    Judge,
    broken,
    created,
    held,
    minimal,
    refused,
    request,
    response,
)

ORDER = minimal()
CONFLICT = refused(409, developerMessage="B94TXY-1 exists")
LATER = minimal(orderedAt="2024-01-02T16:17:16Z")
LOST = [Failure("timeout", "no answer"), Failure("dropped", "the connection ended"), response(500), response(503)]


def about_conflicts(judge: Judge, order: object = ORDER, **details: object) -> set[str]:
    """Return what a conflict breaks, or which suspicion it raises."""
    judged = judge.judge(order, CONFLICT, **details)
    suspected = {judged.suspicion.fallback[0]} if judged.suspicion else set()
    return broken(judged) | suspected


@pytest.mark.parametrize("attempt", [DROPPED, UNAVAILABLE, Attempt(None, "timeout", 0.0)])
def test_a_conflict_after_an_attempt_whose_outcome_is_unknown_is_not_judged(attempt: Attempt) -> None:
    judge = Judge()
    assert about_conflicts(judge, attempts=(attempt,)) == set()
    assert "conflict" not in held(judge.judge(ORDER, CONFLICT))


@pytest.mark.parametrize("status", [200, 404, 422])
def test_another_status_after_a_lost_attempt_may_be_the_one_of_a_repeat(status: int) -> None:
    judged = Judge().judge(ORDER, response(status), attempts=(DROPPED,))
    assert broken(judged) == set()
    assert judged.suspicion is None


def test_another_status_is_judged_if_no_attempt_was_lost() -> None:
    judged = Judge().judge(ORDER, response(404))
    assert broken(judged) or judged.suspicion


def test_a_conflict_after_a_lost_attempt_with_wrong_credentials_is_not_judged() -> None:
    judge = Judge()
    judged = judge.judge(request(ORDER, "wrong-password"), CONFLICT, attempts=(DROPPED,))
    assert broken(judged) == set()
    assert judged.suspicion is None


def test_a_lost_attempt_with_wrong_credentials_may_have_created_the_order() -> None:
    judge = Judge()
    judge.judge(request(ORDER, "wrong-password"), CONFLICT, attempts=(DROPPED,))
    assert about_conflicts(judge) == set()


def test_a_conflict_in_response_to_wrong_credentials_is_judged_if_no_attempt_was_lost() -> None:
    assert broken(Judge().judge(request(ORDER, "wrong-password"), CONFLICT)) == {"unauthorized"}


def test_a_conflict_after_too_many_requests_is_judged() -> None:
    assert about_conflicts(Judge(), attempts=(TOO_MANY,)) == {"only_duplicates"}


@pytest.mark.parametrize("lost", LOST)
def test_an_order_whose_response_was_lost_may_conflict_when_it_is_sent_again(lost: Failure) -> None:
    judge = Judge()
    judge.judge(ORDER, lost)
    assert about_conflicts(judge) == set()


@pytest.mark.parametrize("lost", LOST)
def test_an_order_whose_response_was_lost_may_be_created_when_it_is_sent_again(lost: Failure) -> None:
    judge = Judge()
    judge.judge(ORDER, lost)
    assert broken(judge.judge(ORDER, created(ORDER))) == set()


def test_an_order_near_one_whose_response_was_lost_may_conflict() -> None:
    judge = Judge()
    judge.judge(ORDER, Failure("dropped", "the connection ended"))
    assert about_conflicts(judge, LATER) == set()


def test_an_order_with_another_reference_than_the_lost_one_must_not_conflict() -> None:
    judge = Judge()
    judge.judge(ORDER, Failure("dropped", "the connection ended"))
    assert about_conflicts(judge, minimal(referenceId="AB-2")) == {"only_duplicates"}


def test_an_order_that_surely_exists_must_conflict_even_after_an_uncertain_attempt() -> None:
    judge = Judge()
    judge.create(ORDER)
    judged = judge.judge(ORDER, created(ORDER, "r-2"), attempts=(DROPPED,))
    assert "duplicate" in broken(judged)


def test_an_order_that_surely_exists_must_conflict_even_if_it_was_lost_before() -> None:
    judge = Judge()
    judge.judge(ORDER, Failure("dropped", "the connection ended"))
    judge.create(ORDER)
    assert "duplicate" in broken(judge.judge(ORDER, created(ORDER, "r-2")))


def test_an_order_that_was_created_at_the_second_try_surely_exists() -> None:
    judge = Judge()
    judge.create(ORDER, attempts=(DROPPED,))
    assert "duplicate" in broken(judge.judge(ORDER, created(ORDER, "r-2")))


def test_an_order_with_wrong_credentials_cannot_exist_though_its_response_was_lost() -> None:
    judge = Judge()
    judge.judge(request(ORDER, "none"), Failure("dropped", "the connection ended"))
    assert about_conflicts(judge) == {"only_duplicates"}


def test_an_order_that_had_to_be_rejected_cannot_exist_though_its_response_was_lost() -> None:
    judge = Judge()
    judge.judge(minimal(price="50"), Failure("dropped", "the connection ended"))
    assert about_conflicts(judge) == {"only_duplicates"}


def test_an_invalid_order_whose_key_exists_may_conflict() -> None:
    judge = Judge()
    judge.create(ORDER)
    assert about_conflicts(judge, minimal(price="50")) == set()


def test_an_invalid_order_whose_key_is_free_must_not_conflict() -> None:
    assert about_conflicts(Judge(), minimal(price="50")) == {"rejected"}


@pytest.mark.parametrize("status", [500, 503, 599])
def test_a_server_error_breaks_one_requirement_only(status: int) -> None:
    assert broken(Judge().judge(ORDER, response(status))) == {"no_server_error"}


def test_a_missing_response_breaks_one_requirement_only() -> None:
    assert broken(Judge().judge(ORDER, Failure("protocol", "not HTTP"))) == {"answered"}


def test_a_lost_repeat_leaves_no_doubt_about_an_order_that_surely_exists() -> None:
    judge = Judge()
    judge.create(ORDER)
    judge.judge(ORDER, Failure("dropped", "the connection ended"))
    assert [one.certain for one in judge.history.created["B94TXY-1"]] == [True]
