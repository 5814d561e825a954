"""What a run may do to its target: budget, pace and circuit breaker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from harness.errors import BudgetSpent, CircuitOpen, Restraint
from harness.exchange import Failure, Reply, Request
from harness.rehearsal import VirtualTime
from harness.restraint import Allowance, Breaker, Budget, Pace, Restrained
from harness.retries import Patience, Retrying
from tests.harness.runs import CONTRACT

ORDER, OTHER = (Request(body, "application/json", "Basic a2V5OnRva2Vu") for body in (b"{}", b"{ }"))
CONFLICT = CONTRACT.statuses.conflict
TIMEOUT = Failure("timeout", "why")


def status(number: int) -> Reply:
    return Reply(number, {}, b"")


@dataclass
class Target:
    """A target that answers in turn, and counts."""

    answers: list[Reply | Failure]
    sent: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, connection: str) -> Reply | Failure:
        assert connection == "main"
        self.sent.append(request)
        return self.answers.pop(0)


def restrained(
    *answers: Reply | Failure, budget: Budget | None = None, breaker: int | None = None
) -> tuple[Restrained, Target, Allowance]:
    target, allowance = Target(list(answers)), Allowance(budget or Budget(), CONFLICT)
    return Restrained(target, allowance, Breaker(breaker)), target, allowance


def cost(*answers: Reply | Failure, requests: tuple[Request, ...] = ()) -> tuple[int, int, int]:
    """Send the same order, or requests in turn, and count requests, orders and possible orders."""
    send, _, allowance = restrained(*answers)
    for request in requests or (ORDER,) * len(answers):
        send(request, "main")
    return allowance.requests, allowance.orders, allowance.possible


def test_what_was_created_counts() -> None:
    assert cost(status(201), status(400), status(401), status(429)) == (4, 1, 0)


@pytest.mark.parametrize(
    "answer", [TIMEOUT, Failure("dropped", ""), Failure("protocol", ""), status(500), status(503), status(302)]
)
def test_what_is_unknown_counts_as_possible(answer: Reply | Failure) -> None:
    assert cost(answer) == (1, 0, 1)


def test_a_connection_that_was_refused_created_nothing() -> None:
    assert cost(Failure("refused", "")) == (1, 0, 0)


def test_a_conflict_tells_that_the_try_before_it_created_the_order() -> None:
    assert cost(TIMEOUT, TIMEOUT, status(CONFLICT)) == (3, 1, 0)


def test_a_creation_tells_that_the_tries_before_it_created_nothing() -> None:
    assert cost(TIMEOUT, status(503), status(201)) == (3, 1, 0)


def test_a_refusal_tells_that_the_tries_before_it_created_nothing() -> None:
    assert cost(status(503), status(400)) == (2, 0, 0)


def test_too_many_requests_tell_nothing_about_the_tries_before_them() -> None:
    assert cost(TIMEOUT, status(429)) == (2, 0, 1)


def test_another_request_tells_nothing_about_a_try() -> None:
    assert cost(TIMEOUT, status(CONFLICT), requests=(ORDER, OTHER)) == (2, 0, 1)


def test_a_conflict_with_a_known_order_is_no_second_one() -> None:
    assert cost(status(201), TIMEOUT, status(CONFLICT)) == (3, 1, 0)


def test_a_target_that_creates_twice_is_not_believed_that_a_try_created_nothing() -> None:
    assert cost(TIMEOUT, status(201), status(201), TIMEOUT, status(201)) == (5, 3, 2)


def test_nothing_is_sent_beyond_the_requests() -> None:
    send, target, _ = restrained(status(400), status(400), budget=Budget(requests=1))
    send(ORDER, "main")
    with pytest.raises(BudgetSpent, match="budget of 1 requests is spent"):
        send(ORDER, "main")
    assert len(target.sent) == 1


@pytest.mark.parametrize("first", [status(201), TIMEOUT])
def test_nothing_is_sent_beyond_the_orders_known_and_possible(first: Reply | Failure) -> None:
    send, target, _ = restrained(first, status(201), budget=Budget(orders=1))
    send(ORDER, "main")
    with pytest.raises(BudgetSpent, match="budget of 1 orders is spent"):
        send(OTHER, "main")
    assert len(target.sent) == 1


def test_no_order_at_all_may_be_allowed() -> None:
    send, target, _ = restrained(status(201), budget=Budget(orders=0))
    with pytest.raises(BudgetSpent):
        send(ORDER, "main")
    assert target.sent == []


def test_requests_at_once_do_not_get_beyond_the_budget_together() -> None:
    allowance = Allowance(Budget(orders=3), CONFLICT)
    barrier = threading.Barrier(8)
    spent: list[BudgetSpent] = []

    def target(request: Request, connection: str) -> Reply:  # noqa: ARG001 - the signature of a transport
        return status(201)

    send = Restrained(target, allowance, Breaker(None))

    def one(number: int) -> None:
        barrier.wait()
        try:
            send(Request(b"%d" % number, None, None), "main")
        except BudgetSpent as problem:
            spent.append(problem)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (allowance.orders, allowance.requests, len(spent)) == (3, 3, 5)


def test_what_was_interrupted_may_have_created_an_order() -> None:
    def interrupted(request: Request, connection: str) -> Reply:  # noqa: ARG001 - the signature of a transport
        raise KeyboardInterrupt

    allowance = Allowance(Budget(), CONFLICT)
    with pytest.raises(KeyboardInterrupt):
        Restrained(interrupted, allowance, Breaker(None))(ORDER, "main")
    assert (allowance.requests, allowance.possible) == (1, 1)


def test_what_is_under_way_may_create_an_order() -> None:
    allowance = Allowance(Budget(), CONFLICT)
    seen: list[int] = []

    def target(request: Request, connection: str) -> Reply:  # noqa: ARG001 - the signature of a transport
        seen.append(allowance.possible)
        return status(400)

    Restrained(target, allowance, Breaker(None))(ORDER, "main")
    assert (seen, allowance.possible) == ([1], 0)


def test_nothing_is_sent_after_the_end() -> None:
    send, target, allowance = restrained(status(201))
    allowance.end()
    with pytest.raises(Restraint, match="nothing more is sent"):
        send(ORDER, "main")
    assert (target.sent, allowance.requests) == ([], 0)


def test_nothing_is_sent_that_waited_for_its_turn_until_the_end() -> None:
    allowance, time = Allowance(Budget(), CONFLICT), VirtualTime()
    target = Target([status(400), status(400)])

    def sleep(_seconds: float) -> None:
        allowance.end()

    turn = Pace(1.0, time.clock, sleep).wait
    send = Retrying(Restrained(target, allowance, Breaker(None)), Patience(), turn=turn)
    send(ORDER, "main")
    with pytest.raises(Restraint):
        send(ORDER, "main")
    assert len(target.sent) == 1


def moments(rate: float, act: Callable[[VirtualTime], None] = lambda _time: None) -> list[float]:
    time = VirtualTime()
    pace = Pace(rate, time.clock, time.sleep)
    gone = []
    for _ in range(4):
        pace.wait()
        gone.append(time.clock())
        act(time)
    return gone


def test_tries_are_kept_apart() -> None:
    assert moments(4) == [0.0, 0.25, 0.5, 0.75]


def test_time_that_passed_anyway_is_not_waited_again() -> None:
    assert moments(4, lambda time: time.sleep(0.2)) == pytest.approx([0.0, 0.25, 0.5, 0.75])
    assert moments(4, lambda time: time.sleep(1.0)) == [0.0, 1.0, 2.0, 3.0]


def test_no_rate_is_no_wait() -> None:
    assert moments(0) == [0.0, 0.0, 0.0, 0.0]


def test_server_errors_in_a_row_open_the_circuit() -> None:
    send, target, _ = restrained(*[status(500)] * 9, breaker=3)
    for _ in range(3):
        send(ORDER, "main")
    with pytest.raises(CircuitOpen, match="3 server errors in a row"):
        send(ORDER, "main")
    assert len(target.sent) == 3


def test_any_other_answer_closes_the_circuit_again() -> None:
    answers = [status(500), status(503), status(400)] * 4
    send, target, _ = restrained(*answers, breaker=3)
    for _ in answers:
        send(ORDER, "main")
    assert len(target.sent) == len(answers)


def test_what_must_be_refused_creates_nothing_even_if_it_stays_unanswered() -> None:
    target = Target([Failure("dropped", "gone")])
    allowance = Allowance(Budget(), CONFLICT, creates=lambda request: request is not ORDER)
    Restrained(target, allowance, Breaker(None))(ORDER, "main")
    assert allowance.possible == 0


def test_a_request_begins_when_its_turn_has_come() -> None:
    time = VirtualTime()
    target = Target([status(400), status(400)])
    pace = Pace(4.0, time.clock, time.sleep)
    send = Retrying(target, Patience(), time.sleep, time.clock, turn=pace.wait)
    assert [send(ORDER, "main").began for _ in range(2)] == [0.0, 0.25]
