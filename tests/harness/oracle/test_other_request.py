"""Responses that belong to another request are named as such, and nothing else is said about them."""

from __future__ import annotations

import pytest

from orders_conformance.harness.messages.exchange import Response
from tests.support.runs import Judge, broken, created, full, held, minimal, refused, request

FIRST, SECOND = full(referenceId="AB-1", channel="WEB"), full(referenceId="AB-2", channel="GDS")


def after_first(sent: object, answer: Response) -> set[str]:
    """Return what a response breaks after the first order was created with ref r-1."""
    judge = Judge()
    judge.judge(FIRST, created(FIRST, "r-1"))
    return broken(judge.judge(sent, answer))


@pytest.mark.parametrize("ref", ["r-1", "r-9"])
def test_the_values_of_another_order(ref: str) -> None:
    assert after_first(SECOND, created(FIRST, ref)) == {"own_response"}


def test_a_known_ref_with_its_reference() -> None:
    same = full(referenceId="AB-2", channel="WEB")
    assert after_first(same, created(FIRST, "r-1")) == {"own_response"}


@pytest.mark.parametrize("sent", [request(SECOND, "none"), full(referenceId="AB-2", price="50"), b"{"])
def test_a_request_that_had_to_be_rejected_is_not_said_to_be_accepted(sent: object) -> None:
    assert after_first(sent, created(FIRST, "r-1")) == {"own_response"}


def test_a_reference_alone_is_a_fault_of_that_field() -> None:
    same = full(referenceId="AB-2", channel="WEB")
    assert after_first(same, created(FIRST, "r-2")) == {"echo/201/referenceId"}


def test_some_values_of_another_order_are_faults_of_their_fields() -> None:
    assert after_first(SECOND, created(SECOND, "r-2", channel="WEB")) == {"echo/201/channel"}


def test_a_reference_that_nobody_sent_is_a_fault_of_that_field() -> None:
    assert after_first(SECOND, created(SECOND, "r-2", referenceId="ZZ-9")) == {"echo/201/referenceId"}


@pytest.mark.parametrize("sent", [full(referenceId="AB-000002", price="50"), b"{"])
def test_a_rejection_that_names_the_reference_of_another_order(sent: object) -> None:
    judge = Judge()
    judge.create(full(referenceId="AB-000001"))
    judged = judge.judge(sent, refused(409, developerMessage="Order with ref AB-000001 exists"))
    assert broken(judged) == {"own_response"}


@pytest.mark.parametrize(
    "message", ["There is AB-000002 and AB-000001.", "ab-000002 exists", "AB-999999 exists", "price"]
)
def test_a_rejection_that_names_what_was_sent_or_nothing_known(message: str) -> None:
    judge = Judge()
    judge.create(full(referenceId="AB-000001"))
    judged = judge.judge(full(referenceId="AB-000002", price="50"), refused(message=message))
    assert "own_response" not in broken(judged)


def test_a_conflict_may_name_the_order_that_the_server_takes_for_the_same() -> None:
    judge = Judge()
    judge.create(full(referenceId="AB-000001"))
    judged = judge.judge(full(referenceId="AB000001"), refused(409, developerMessage="AB-000001 exists"))
    assert "own_response" not in broken(judged)


def test_a_rejection_belongs_to_its_request() -> None:
    assert after_first(full(price="50"), refused(message="price")) == set()


def test_the_order_of_a_request_without_its_response_may_exist() -> None:
    judge = Judge()
    judge.judge(FIRST, created(FIRST, "r-1"))
    judge.judge(SECOND, created(FIRST, "r-1"))
    assert broken(judge.judge(SECOND, refused(409, developerMessage="AB-2"))) == set()
    assert "only_duplicates" not in held(judge.judge(minimal(referenceId="AB-3"), refused(409)))
