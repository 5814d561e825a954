"""The limits of a run on its target: budget, rate and circuit breaker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from orders_conformance.harness.client.limits import Budget, BudgetLimits, CircuitBreaker, LimitedTransport, RateLimit
from orders_conformance.harness.client.retry import RetryingTransport, RetryPolicy
from orders_conformance.harness.errors import BudgetSpentError, CircuitOpenError, LimitReachedError
from orders_conformance.harness.ledger.names import OrderNames
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.run.dry_run import VirtualTime
from orders_conformance.strategies.probe import encode
from tests.support.ledgers import order
from tests.support.runs import CONTRACT

ORDER, OTHER, NEXT = (
    Request(encode(order(number)), "application/json", "Basic a2V5OnRva2Vu") for number in range(1, 4)
)
NAMES = OrderNames(CONTRACT, "OC123456")
CONFLICT = CONTRACT.statuses.conflict
TIMEOUT = Failure("timeout", "why")


def status(number: int) -> Response:
    return Response(number, {}, b"")


@dataclass
class Target:
    """A target that responds with the given outcomes in turn, and records the requests."""

    outcomes: list[Response | Failure]
    sent: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        assert connection == "main"
        self.sent.append(request)
        return self.outcomes.pop(0)


def limited(
    *outcomes: Response | Failure, limits: BudgetLimits | None = None, breaker: int | None = None
) -> tuple[LimitedTransport, Target, Budget]:
    target, budget = Target(list(outcomes)), Budget(limits or BudgetLimits(), CONFLICT, NAMES)
    return LimitedTransport(target, budget, CircuitBreaker(breaker)), target, budget


def cost(*outcomes: Response | Failure, requests: tuple[Request, ...] = ()) -> tuple[int, int, int]:
    """Send the same order, or requests in turn; return the numbers of requests, orders and possible orders."""
    send, _, budget = limited(*outcomes)
    for request in requests or (ORDER,) * len(outcomes):
        send(request, "main")
    return budget.requests, budget.orders, budget.possible


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


def moments(rate: float, act: Callable[[VirtualTime], None] = lambda _time: None) -> list[float]:
    time = VirtualTime()
    pace = RateLimit(rate, time.clock, time.sleep)
    gone = []
    for _ in range(4):
        pace.wait()
        gone.append(time.clock())
        act(time)
    return gone


def test_tries_are_spaced_evenly() -> None:
    assert moments(4) == [0.0, 0.25, 0.5, 0.75]


def test_time_that_passed_anyway_is_not_waited_again() -> None:
    assert moments(4, lambda time: time.sleep(0.2)) == pytest.approx([0.0, 0.25, 0.5, 0.75])
    assert moments(4, lambda time: time.sleep(1.0)) == [0.0, 1.0, 2.0, 3.0]


def test_no_rate_is_no_wait() -> None:
    assert moments(0) == [0.0, 0.0, 0.0, 0.0]


def test_a_try_may_follow_the_one_before_at_once_and_the_next_one_waits_longer() -> None:
    time = VirtualTime()
    pace = RateLimit(4.0, time.clock, time.sleep)
    sent = []
    for at_once in (False, True, False, True, True, False):
        pace.wait(at_once)
        sent.append(time.clock())
    assert sent == pytest.approx([0.0, 0.0, 0.5, 0.5, 1.0, 1.25])


def test_the_rate_is_halved_but_to_no_less_than_one_per_second() -> None:
    pace = RateLimit(4.0)
    rates = []
    for _ in range(3):
        pace.slow_down()
        rates.append(pace.rate)
    assert rates == [2.0, 1.0, 1.0]


@pytest.mark.parametrize(("rate", "slower"), [(0.0, 8.0), (0.5, 0.5)])
def test_slowing_down_never_raises_a_rate(rate: float, slower: float) -> None:
    pace = RateLimit(rate)
    pace.slow_down()
    assert pace.rate == slower


def page(status: int) -> Response:
    return Response(status, {"content-type": "text/html"}, b"<html>")


REJECTED = replace(OTHER, may_create=False)


def test_a_page_in_answer_to_an_order_may_be_one() -> None:
    assert cost(page(200)) == (1, 0, 1)


def test_a_page_that_comes_to_invalid_orders_too_is_no_order() -> None:
    assert cost(page(200), page(200), requests=(REJECTED, ORDER)) == (2, 0, 0)


def test_a_page_with_201_is_an_order() -> None:
    assert cost(page(201), page(201), requests=(REJECTED, ORDER)) == (2, 2, 0)


def test_server_errors_in_a_row_open_the_circuit() -> None:
    send, target, _ = limited(*[status(500)] * 9, breaker=3)
    for _ in range(3):
        send(ORDER, "main")
    with pytest.raises(CircuitOpenError, match="3 server errors in a row"):
        send(ORDER, "main")
    assert len(target.sent) == 3


def test_any_other_response_closes_the_circuit_again() -> None:
    outcomes = [status(500), status(503), status(400)] * 4
    send, target, _ = limited(*outcomes, breaker=3)
    for _ in outcomes:
        send(ORDER, "main")
    assert len(target.sent) == len(outcomes)


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


def test_a_request_begins_when_its_turn_has_come() -> None:
    time = VirtualTime()
    target = Target([status(400), status(400)])
    pace = RateLimit(4.0, time.clock, time.sleep)
    send = RetryingTransport(target, RetryPolicy(), time.sleep, time.clock, wait_for_turn=pace.wait)
    assert [send(ORDER, "main").began for _ in range(2)] == [0.0, 0.25]


def test_waiting_for_the_end_of_an_outage_does_not_open_the_circuit() -> None:
    send, target, _ = limited(*[status(502)] * 9, breaker=3)
    for _ in range(9):
        send(replace(ORDER, is_waiting=True), "main")
    assert len(target.sent) == 9
