"""A wrong status that another fault of the server explains is not a second fault."""

from __future__ import annotations

from dataclasses import replace

from orders_conformance.harness.messages.exchange import Response
from orders_conformance.spec.rules import Rule
from tests.support.runs import Judge, broken, created, full, minimal, refused, request

ORDER = minimal()
ANOTHER = full(referenceId="AB-2")
WRONG_CONFLICT = replace(refused(409), status=404)
WRONG_REJECTION = replace(refused(message="price: wrong"), status=422)


def after(*exchanges: tuple[object, Response]) -> Judge:
    """Return a judge that has seen exchanges."""
    judge = Judge()
    for sent, answer in exchanges:
        judge.judge(sent, answer)
    return judge


def test_an_invalid_repeat_may_get_the_status_that_repeats_get() -> None:
    judged = after((ORDER, created(ORDER)), (ORDER, WRONG_CONFLICT)).judge(minimal(price="50"), WRONG_CONFLICT)
    assert (broken(judged), judged.suspicion) == (set(), None)
    assert {(one.requirement, one.cause) for one in judged.dependent} == {((Rule.REJECTED,), (Rule.CONFLICT,))}


def test_the_status_of_repeats_is_wrong_for_an_invalid_order_with_a_key_of_its_own() -> None:
    judged = after((ORDER, created(ORDER)), (ORDER, WRONG_CONFLICT)).judge(
        minimal(price="50", referenceId="AB-3"), WRONG_CONFLICT
    )
    assert broken(judged) == {"rejected"}


def test_a_repeat_with_other_fields_may_get_the_status_that_invalid_orders_get() -> None:
    seen = after((minimal(price="50", referenceId="AB-3"), WRONG_REJECTION), (ORDER, created(ORDER)))
    judged = seen.judge(full(), WRONG_REJECTION)
    assert (broken(judged), judged.suspicion) == (set(), None)
    assert {(one.requirement, one.cause) for one in judged.dependent} == {((Rule.CONFLICT,), (Rule.REJECTED,))}


def test_the_status_of_invalid_orders_is_suspicious_for_the_same_order_again() -> None:
    seen = after((minimal(price="50", referenceId="AB-3"), WRONG_REJECTION), (ORDER, created(ORDER)))
    suspicion = seen.judge(ORDER, WRONG_REJECTION).suspicion
    assert suspicion is not None
    assert suspicion.fallback == (Rule.CONFLICT,)


def test_a_rejection_of_other_fields_with_the_documented_status_is_suspicious() -> None:
    seen = after((minimal(price="50", referenceId="AB-3"), refused()), (ORDER, created(ORDER)))
    assert seen.judge(full(), refused()).suspicion is not None


def test_a_rejection_before_the_credentials_of_an_order_like_none_before_is_suspicious() -> None:
    seen = after((ORDER, created(ORDER)))
    suspicion = seen.judge(request(ANOTHER, "none"), refused()).suspicion
    assert suspicion is not None
    assert suspicion.fallback == (Rule.UNAUTHORIZED_BEFORE_VALIDATION,)


def test_a_rejection_of_wrong_credentials_beside_accepted_values_has_the_wrong_status() -> None:
    seen = after((full(), created(full())))
    assert broken(seen.judge(request(ANOTHER, "none"), refused())) == {"unauthorized"}


def test_what_depends_on_a_server_error_is_told_with_its_cause() -> None:
    judged = Judge().judge(full(), replace(refused(), status=500))
    assert {one.cause for one in judged.dependent} == {(Rule.NO_SERVER_ERROR,)}
    assert "channel" in {one.requirement[1] for one in judged.dependent}
