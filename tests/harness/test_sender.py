"""Telling a target that leaves a request unanswered by habit from one that does so once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from harness.errors import TargetUnavailable
from harness.exchange import Failure, Reply, Request
from harness.restraint import Allowance, Budget
from harness.retries import Outcome
from harness.sender import Sender
from strategies.orders import Orders
from strategies.probe import Probe
from strategies.references import References
from tests.harness.runs import CONTRACT, CREDENTIALS, ORGANISATION

TIMEOUT, CREATED, AWAY = Failure("timeout", "why"), Reply(201, {}, b"{}"), Reply(302, {}, b"")
PROBE = Probe("probe", {"a": 1})

Answers = Callable[[], Reply | Failure]


def sender(probed: Iterator[Reply | Failure], controlled: Answers) -> tuple[Sender, list[str]]:
    """Make a sender to a target that answers the probe in turn, and anything else by a function."""
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
    return Sender(deliver, CREDENTIALS, orders, allowance), sent


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


@pytest.mark.parametrize("answer", [TIMEOUT, AWAY])
def test_what_is_left_unanswered_again_and_again_is_a_habit(answer: Reply | Failure) -> None:
    sending, sent = sender(forever(answer), refused)
    exchange = sending.exchange(PROBE)
    assert (exchange.reply or exchange.failure) is answer
    assert sent == ["probe", "control"] * 4


def test_a_habit_is_not_made_sure_of_again() -> None:
    sending, sent = sender(forever(TIMEOUT), refused)
    sending.exchange(PROBE)
    del sent[:]
    sending.exchange(PROBE)
    assert sent == ["probe"]


def test_another_habit_is_made_sure_of() -> None:
    answers = [TIMEOUT] * 4 + [AWAY] * 4
    sending, sent = sender(iter(answers), refused)
    sending.exchange(PROBE)
    del sent[:]
    sending.exchange(PROBE)
    assert sent.count("probe") == 4


def test_a_target_that_answers_nothing_any_more_is_gone() -> None:
    sending, sent = sender(forever(TIMEOUT), lambda: TIMEOUT)
    with pytest.raises(TargetUnavailable, match="the target stopped answering"):
        sending.exchange(PROBE)
    assert sent == ["probe"] + ["control"] * 3
