"""Telling a target that leaves a request unanswered by habit from one that does so once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from harness.errors import TargetUnavailable
from harness.exchange import Failure, Reply, Request
from harness.replies import is_damaged
from harness.restraint import Allowance, Budget
from harness.retries import Outcome
from harness.sender import Sender
from strategies.orders import Orders
from strategies.probe import Probe
from strategies.references import References
from tests.harness.runs import CONTRACT, CREDENTIALS, ORGANISATION

TIMEOUT, CREATED, AWAY = Failure("timeout", "why"), Reply(201, {}, b"{}"), Reply(302, {}, b"")
CUT = Reply(201, {"content-type": "application/json"}, b'{"a": ')
PROBE = Probe("probe", {"a": 1})

Answers = Callable[[], Reply | Failure]


def sender(
    probed: Iterator[Reply | Failure], controlled: Answers, *, through: int = 0, lost: int = 0
) -> tuple[Sender, list[str]]:
    """Make a sender to a target that answers the probe in turn, and anything else by a function.

    Before, so many requests came through at once, and so many were lost once.
    """
    sent: list[str] = []

    def deliver(request: Request, _connection: str) -> Outcome:
        is_probe = request.body == PROBE.payload
        sent.append("probe" if is_probe else "control")
        answer = next(probed) if is_probe else controlled()
        return Outcome(
            answer if isinstance(answer, Reply) else None, answer if isinstance(answer, Failure) else None, ()
        )

    orders = Orders(CONTRACT, ORGANISATION, References("OCTEST01"))
    allowance = Allowance(Budget(), CONTRACT.statuses.conflict)
    made = Sender(deliver, CREDENTIALS, orders, allowance, is_damaged=lambda reply: is_damaged(reply, CONTRACT))
    made.answering.through, made.answering.lost = through, lost
    return made, sent


def refused() -> Reply:
    return Reply(400, {}, b"{}")


def forever(answer: Reply | Failure) -> Iterator[Reply | Failure]:
    while True:
        yield answer


@pytest.mark.parametrize("answer", [TIMEOUT, AWAY, Reply(503, {}, b""), Reply(429, {}, b""), Failure("dropped", "")])
def test_what_is_left_unanswered_once_is_sent_again(answer: Reply | Failure) -> None:
    sending, sent = sender(iter([answer, CREATED]), refused)
    exchange = sending.exchange(PROBE)
    assert exchange.reply is CREATED
    assert sent == ["probe", "control", "probe"]
    assert [(one.status, one.failure) for one in exchange.attempts] == [
        (answer.status if isinstance(answer, Reply) else None, answer.kind if isinstance(answer, Failure) else None)
    ]


@pytest.mark.parametrize("answer", [TIMEOUT, AWAY, CUT])
def test_what_is_left_unanswered_again_and_again_is_a_habit(answer: Reply | Failure) -> None:
    sending, sent = sender(forever(answer), refused, through=100)
    exchange = sending.exchange(PROBE)
    assert (exchange.reply or exchange.failure) is answer
    assert sent == ["probe", "control"] * 4


def test_the_more_is_lost_anyway_the_more_often_it_takes_to_be_a_habit() -> None:
    tries = []
    for lost in (0, 10, 100):
        sending, sent = sender(forever(TIMEOUT), refused, through=100, lost=lost)
        sending.exchange(PROBE)
        tries.append(sent.count("probe"))
    assert tries == sorted(set(tries))
    assert tries[-1] > 15


def test_another_way_to_be_left_unanswered_in_between_is_no_habit() -> None:
    sending, sent = sender(iter([TIMEOUT, TIMEOUT, AWAY, AWAY, TIMEOUT, TIMEOUT, AWAY, CREATED]), refused, through=100)
    assert sending.exchange(PROBE).reply is CREATED
    assert sent.count("probe") == 8


def test_a_habit_is_not_made_sure_of_again() -> None:
    sending, sent = sender(forever(TIMEOUT), refused)
    sending.exchange(PROBE)
    del sent[:]
    sending.exchange(PROBE)
    assert sent == ["probe"]


def test_another_habit_is_made_sure_of() -> None:
    answers = itertools.chain([TIMEOUT] * 4, forever(AWAY))
    sending, sent = sender(answers, refused, through=100)
    sending.exchange(PROBE)
    del sent[:]
    sending.exchange(PROBE)
    assert sent.count("probe") == 4


def test_an_answer_that_is_damaged_once_is_asked_for_again() -> None:
    sending, _ = sender(iter([CUT, CREATED]), refused)
    exchange = sending.exchange(PROBE)
    assert exchange.reply is CREATED
    assert [(one.status, one.failure) for one in exchange.attempts] == [(201, "damaged")]
    assert exchange.uncertain


def test_a_refusal_that_is_damaged_leaves_nothing_uncertain() -> None:
    sending, _ = sender(iter([Reply(400, CUT.headers, b""), Reply(400, {}, b"")]), refused)
    assert not sending.exchange(PROBE).uncertain


def test_a_target_that_answers_nothing_any_more_is_gone() -> None:
    sending, sent = sender(forever(TIMEOUT), lambda: TIMEOUT)
    with pytest.raises(TargetUnavailable, match="the target stopped answering"):
        sending.exchange(PROBE)
    assert sent == ["probe"] + ["control"] * 3
