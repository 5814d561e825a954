"""Distinguishing a target that never responds to a request from a single missing response."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.retry import Delivery
from orders_conformance.harness.client.sender import Sender
from orders_conformance.harness.errors import TargetUnavailableError
from orders_conformance.harness.messages.exchange import Failure, Kind, Request, Response
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Probe
from tests.support.runs import CONTRACT, CREDENTIALS, ORGANISATION

TIMEOUT, CREATED, AWAY = Failure("timeout", "why"), Response(201, {}, b"{}"), Response(302, {}, b"")
CUT = Response(201, {"content-type": "application/json"}, b'{"a": ')
PROBE = Probe("probe", {"a": 1})

Answers = Callable[[], Response | Failure]


def sender(
    probed: Iterator[Response | Failure], controlled: Answers, *, received: int = 0, lost: int = 0
) -> tuple[Sender, list[str]]:
    """Return a sender to a target that responds to the probe in turn, and to all else by a function.

    `received` and `lost` are the counts of responses and losses before.
    """
    sent: list[str] = []

    def deliver(request: Request, _connection: str) -> Delivery:
        is_probe = request.body == PROBE.payload
        sent.append("probe" if is_probe else "control")
        answer = next(probed) if is_probe else controlled()
        return Delivery(
            answer if isinstance(answer, Response) else None, answer if isinstance(answer, Failure) else None, ()
        )

    orders = OrderFactory(CONTRACT, ORGANISATION, References("OCTEST01"))
    budget = Budget(BudgetLimits(), CONTRACT.statuses.conflict)
    made = Sender(deliver, CREDENTIALS, orders, budget, media_types=CONTRACT.media_types)
    made.unanswered_tries.received, made.unanswered_tries.lost = received, lost
    return made, sent


def refused() -> Response:
    return Response(400, {}, b"{}")


def forever(answer: Response | Failure) -> Iterator[Response | Failure]:
    while True:
        yield answer


@pytest.mark.parametrize(
    "answer", [TIMEOUT, AWAY, Response(503, {}, b""), Response(429, {}, b""), Failure("dropped", "")]
)
def test_a_request_without_a_response_is_sent_again(answer: Response | Failure) -> None:
    sending, sent = sender(iter([answer, CREATED]), refused)
    exchange = sending.exchange(PROBE, sending.request(PROBE))
    assert exchange.response is CREATED
    assert sent == ["probe", "control", "probe"]
    assert [(one.status, one.failure) for one in exchange.attempts] == [
        (answer.status if isinstance(answer, Response) else None, answer.kind if isinstance(answer, Failure) else None)
    ]


@pytest.mark.parametrize("answer", [TIMEOUT, AWAY, CUT])
def test_a_request_that_never_has_a_response_is_a_recurring_failure(answer: Response | Failure) -> None:
    sending, sent = sender(forever(answer), refused, received=100)
    exchange = sending.exchange(PROBE, sending.request(PROBE))
    assert (exchange.response or exchange.failure) is answer
    assert sent == ["probe", "control"] * 4


def test_the_higher_the_loss_rate_the_more_repeats_a_recurring_failure_needs() -> None:
    tries = []
    for lost in (0, 10, 100):
        sending, sent = sender(forever(TIMEOUT), refused, received=100, lost=lost)
        sending.exchange(PROBE, sending.request(PROBE))
        tries.append(sent.count("probe"))
    assert tries == sorted(set(tries))
    assert tries[-1] > 15


def test_a_different_failure_in_between_is_no_recurring_failure() -> None:
    sending, sent = sender(iter([TIMEOUT, TIMEOUT, AWAY, AWAY, TIMEOUT, TIMEOUT, AWAY, CREATED]), refused, received=100)
    assert sending.exchange(PROBE, sending.request(PROBE)).response is CREATED
    assert sent.count("probe") == 8


def test_a_recurring_failure_is_not_verified_again() -> None:
    sending, sent = sender(forever(TIMEOUT), refused)
    sending.exchange(PROBE, sending.request(PROBE))
    del sent[:]
    sending.exchange(PROBE, sending.request(PROBE))
    assert sent == ["probe"]


def test_a_failure_that_recurs_for_other_requests_is_verified_for_a_new_kind_with_single_tries() -> None:
    sending, sent = sender(forever(TIMEOUT), refused, received=100)
    recurring: list[frozenset[str]] = []
    deliver = sending.deliver

    def noting(request: Request, connection: str) -> Delivery:
        recurring.append(request.recurring)
        return deliver(request, connection)

    sending.deliver = noting
    sending.exchange(PROBE, sending.request(PROBE))
    del sent[:], recurring[:]
    sending.exchange(PROBE, replace(sending.request(PROBE), kind=Kind.REPEAT))
    assert sent.count("probe") == 4
    assert recurring[0] == {"timeout"}


def test_only_the_first_of_the_tries_that_verify_a_failure_is_retried() -> None:
    tries: list[frozenset[str]] = []
    sending, _ = sender(forever(Failure("dropped", "")), refused)
    deliver = sending.deliver

    def noting(request: Request, connection: str) -> Delivery:
        if request.body == PROBE.payload:
            tries.append(request.recurring)
        return deliver(request, connection)

    sending.deliver = noting
    sending.exchange(PROBE, sending.request(PROBE))
    assert tries[:2] == [frozenset(), frozenset({"dropped"})]


def test_another_recurring_failure_is_verified() -> None:
    answers = itertools.chain([TIMEOUT] * 4, forever(AWAY))
    sending, sent = sender(answers, refused, received=100)
    sending.exchange(PROBE, sending.request(PROBE))
    del sent[:]
    sending.exchange(PROBE, sending.request(PROBE))
    assert sent.count("probe") == 4


def test_a_request_with_a_damaged_response_is_sent_again() -> None:
    sending, _ = sender(iter([CUT, CREATED]), refused)
    exchange = sending.exchange(PROBE, sending.request(PROBE))
    assert exchange.response is CREATED
    assert [(one.status, one.failure) for one in exchange.attempts] == [(201, "damaged")]
    assert exchange.uncertain


def test_a_damaged_rejection_leaves_nothing_uncertain() -> None:
    sending, _ = sender(iter([Response(400, CUT.headers, b""), Response(400, {}, b"")]), refused)
    assert not sending.exchange(PROBE, sending.request(PROBE)).uncertain


def test_a_damaged_response_to_a_control_shows_that_the_target_responds() -> None:
    sending, sent = sender(iter([TIMEOUT, CREATED]), lambda: CUT, received=100)
    exchange = sending.exchange(PROBE, sending.request(PROBE))
    assert exchange.response is CREATED
    assert sent == ["probe", "control", "probe"]


def test_a_target_that_responds_to_nothing_any_more_is_unavailable() -> None:
    sending, sent = sender(forever(TIMEOUT), lambda: TIMEOUT)
    with pytest.raises(TargetUnavailableError, match="the target stopped responding"):
        sending.exchange(PROBE, sending.request(PROBE))
    assert sent == ["probe"] + ["control"] * 3
