"""A budget counts requests and orders, and nothing is sent beyond it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.limits.circuit_breaker import CircuitBreaker
from orders_conformance.harness.client.limits.rate import RateLimit
from orders_conformance.harness.client.limits.transport import LimitedTransport
from orders_conformance.harness.client.retry import RetryingTransport, RetryPolicy
from orders_conformance.harness.errors import BudgetSpentError, LimitReachedError
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.run.dry_run import VirtualTime
from orders_conformance.strategies.probe import encode
from tests.support.ledgers import order
from tests.support.limited_targets import CONFLICT, NEXT, ORDER, OTHER, TIMEOUT, Target, cost, limited, status


def test_created_orders_count() -> None:
    assert cost(status(201), status(400), status(401), status(429)) == (4, 1, 0)


@pytest.mark.parametrize(
    "outcome", [TIMEOUT, Failure("dropped", ""), Failure("protocol", ""), status(500), status(503), status(302)]
)
def test_an_unknown_outcome_counts_as_a_possible_order(outcome: Response | Failure) -> None:
    assert cost(outcome) == (1, 0, 1)


def test_a_connection_that_was_refused_created_nothing() -> None:
    assert cost(Failure("refused", "")) == (1, 0, 0)


def test_a_conflict_shows_that_the_earlier_try_created_the_order() -> None:
    assert cost(TIMEOUT, TIMEOUT, status(CONFLICT)) == (3, 1, 0)


def test_a_creation_shows_that_the_earlier_tries_created_nothing() -> None:
    assert cost(TIMEOUT, status(503), status(201)) == (3, 1, 0)


def test_a_rejection_shows_that_the_earlier_tries_created_nothing() -> None:
    assert cost(status(503), status(400)) == (2, 0, 0)


def test_too_many_requests_show_nothing_about_the_earlier_tries() -> None:
    assert cost(TIMEOUT, status(429)) == (2, 0, 1)


def test_another_request_shows_nothing_about_a_try() -> None:
    assert cost(TIMEOUT, status(CONFLICT), requests=(ORDER, OTHER)) == (2, 0, 1)


def test_a_conflict_with_a_known_order_is_no_second_one() -> None:
    assert cost(status(201), TIMEOUT, status(CONFLICT)) == (3, 1, 0)


def test_at_a_target_that_creates_twice_each_unknown_try_counts() -> None:
    assert cost(TIMEOUT, status(201), status(201), TIMEOUT, status(201)) == (5, 3, 2)


def test_nothing_is_sent_beyond_the_requests() -> None:
    send, target, _ = limited(status(400), status(400), limits=BudgetLimits(requests=1))
    send(ORDER, "main")
    with pytest.raises(BudgetSpentError, match="budget of 1 requests is spent"):
        send(ORDER, "main")
    assert len(target.sent) == 1


@pytest.mark.parametrize("first", [status(201), TIMEOUT])
def test_nothing_is_sent_beyond_the_orders_known_and_possible(first: Response | Failure) -> None:
    send, target, _ = limited(first, status(201), limits=BudgetLimits(orders=1))
    send(ORDER, "main")
    with pytest.raises(BudgetSpentError, match="budget of 1 orders is spent"):
        send(OTHER, "main")
    assert len(target.sent) == 1


def test_no_order_at_all_may_be_allowed() -> None:
    send, target, _ = limited(status(201), limits=BudgetLimits(orders=0))
    with pytest.raises(BudgetSpentError):
        send(ORDER, "main")
    assert target.sent == []


def test_requests_at_once_do_not_get_beyond_the_budget_together() -> None:
    budget = Budget(BudgetLimits(orders=3), CONFLICT)
    barrier = threading.Barrier(8)
    spent: list[BudgetSpentError] = []

    def target(request: Request, connection: str) -> Response:  # noqa: ARG001 - the signature of a transport
        return status(201)

    send = LimitedTransport(target, budget, CircuitBreaker(None))

    def one(number: int) -> None:
        barrier.wait()
        try:
            send(Request(b"%d" % number, None, None), "main")
        except BudgetSpentError as problem:
            spent.append(problem)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (budget.orders, budget.requests, len(spent)) == (3, 3, 5)


def test_an_interrupted_try_may_have_created_an_order() -> None:
    def interrupted(request: Request, connection: str) -> Response:  # noqa: ARG001 - the signature of a transport
        raise KeyboardInterrupt

    budget = Budget(BudgetLimits(), CONFLICT)
    with pytest.raises(KeyboardInterrupt):
        LimitedTransport(interrupted, budget, CircuitBreaker(None))(ORDER, "main")
    assert (budget.requests, budget.possible) == (1, 1)


def test_a_try_in_flight_may_create_an_order() -> None:
    budget = Budget(BudgetLimits(), CONFLICT)
    seen: list[int] = []

    def target(request: Request, connection: str) -> Response:  # noqa: ARG001 - the signature of a transport
        seen.append(budget.possible)
        return status(400)

    LimitedTransport(target, budget, CircuitBreaker(None))(ORDER, "main")
    assert (seen, budget.possible) == ([1], 0)


def test_nothing_is_sent_after_the_end() -> None:
    send, target, budget = limited(status(201))
    budget.end()
    with pytest.raises(LimitReachedError, match="nothing more is sent"):
        send(ORDER, "main")
    assert (target.sent, budget.requests) == ([], 0)


def test_nothing_is_sent_that_waited_for_its_turn_until_the_end() -> None:
    budget, time = Budget(BudgetLimits(), CONFLICT), VirtualTime()
    target = Target([status(400), status(400)])

    def sleep(_seconds: float) -> None:
        budget.end()

    turn = RateLimit(1.0, time.clock, sleep).wait
    send = RetryingTransport(LimitedTransport(target, budget, CircuitBreaker(None)), RetryPolicy(), wait_for_turn=turn)
    send(ORDER, "main")
    with pytest.raises(LimitReachedError):
        send(ORDER, "main")
    assert len(target.sent) == 1


def invalid(number: int) -> Request:
    return replace(ORDER, body=encode(order(number, price="x")), may_create=False)


@pytest.mark.parametrize("outcome", [TIMEOUT, Failure("dropped", ""), status(500), status(502)])
def test_a_request_that_must_be_rejected_may_be_stored_where_its_outcome_is_not_known(
    outcome: Response | Failure,
) -> None:
    assert cost(outcome, outcome, requests=(invalid(1), invalid(2))) == (2, 0, 2)


def test_a_rejection_gives_back_what_an_invalid_order_had_reserved() -> None:
    assert cost(status(503), status(400), requests=(invalid(1),) * 2) == (2, 0, 0)


def test_an_order_that_is_created_shows_that_nothing_was_stored_of_an_invalid_one_with_its_key() -> None:
    assert cost(status(500), status(201), requests=(invalid(1), ORDER)) == (2, 1, 0)


def test_a_conflict_shows_that_an_invalid_order_without_a_response_was_stored() -> None:
    assert cost(status(500), status(CONFLICT), requests=(invalid(1), ORDER)) == (2, 1, 0)


def test_where_a_rejection_stored_an_order_each_one_like_it_may_have() -> None:
    requests = (invalid(2), invalid(1), ORDER, invalid(3))
    assert cost(status(400), status(400), status(CONFLICT), status(400), requests=requests) == (4, 1, 2)


def test_a_target_that_finds_conflicts_everywhere_is_not_thought_to_store_what_it_rejects() -> None:
    requests = (NEXT, invalid(1), ORDER)
    assert cost(status(CONFLICT), status(400), status(CONFLICT), requests=requests) == (3, 0, 0)


def test_a_lost_repeat_may_be_an_order_until_repeats_are_seen_to_be_rejected() -> None:
    created, conflict = status(201), status(CONFLICT)
    assert cost(created, TIMEOUT) == (2, 1, 1)
    assert cost(created, TIMEOUT, created, conflict, requests=(ORDER, ORDER, OTHER, OTHER)) == (4, 2, 0)


def test_lost_tries_of_one_order_may_be_an_order_each_until_repeats_are_seen_to_be_rejected() -> None:
    created, conflict = status(201), status(CONFLICT)
    assert cost(TIMEOUT, TIMEOUT) == (2, 0, 2)
    assert cost(TIMEOUT, TIMEOUT, created, conflict, requests=(ORDER, ORDER, OTHER, OTHER)) == (4, 1, 1)


def test_the_peak_counts_what_was_reserved() -> None:
    send, _, budget = limited(status(201), status(400), status(201))
    for request in (ORDER, invalid(2), OTHER):
        send(request, "main")
    send, _, before = limited(status(201), status(400))
    for request in (ORDER, invalid(2)):
        send(request, "main")
    assert (before.peak, budget.peak) == (2, 2)
