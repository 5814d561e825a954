"""Waiting until a target answers."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.run.wait import wait_for_answer
from tests.support.runs import response

REFUSED = Failure("refused", "no connection")
READY = response(404, {})


class Starting:
    """A target whose first responses are given, and whose later ones are like the last one; it has its own clock."""

    def __init__(self, outcomes: Iterable[Response | Failure]) -> None:
        """Answer with some outcomes, one after the other."""
        self.outcomes = list(outcomes)
        self.sent: list[Request] = []
        self.time = 0.0

    def transport(self, request: Request, connection: str) -> Response | Failure:
        assert connection == "new"
        self.sent.append(request)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    def clock(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def wait(self, seconds: float) -> bool:
        return wait_for_answer(self.transport, seconds, self.clock, self.sleep)


@pytest.mark.parametrize("status", [200, 401, 404, 405, 500])
def test_any_response_of_the_target_ends_the_wait(status: int) -> None:
    target = Starting([REFUSED, Failure("timeout", "none"), Failure("dropped", "closed"), response(status, {})])
    assert target.wait(10)
    assert len(target.sent) == 4


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_a_target_is_waited_for(status: int) -> None:
    target = Starting([response(status, {}), READY])
    assert target.wait(10)
    assert len(target.sent) == 2


def test_the_wait_ends_after_its_time() -> None:
    target = Starting([REFUSED])
    assert not target.wait(2)
    assert target.time <= 2


def test_what_is_sent_has_no_credentials_and_creates_nothing() -> None:
    target = Starting([READY])
    target.wait(1)
    (sent,) = target.sent
    assert (sent.method, sent.authorization, sent.body) == ("GET", None, b"")
