"""Tries are spaced by the rate limit of a run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orders_conformance.harness.client.limits.rate import RateLimit
from orders_conformance.harness.client.retry import RetryingTransport, RetryPolicy
from orders_conformance.harness.run.dry_run import VirtualTime
from tests.support.limited_targets import ORDER, Target, status


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


def test_a_request_begins_when_its_turn_has_come() -> None:
    time = VirtualTime()
    target = Target([status(400), status(400)])
    pace = RateLimit(4.0, time.clock, time.sleep)
    send = RetryingTransport(target, RetryPolicy(), time.sleep, time.clock, wait_for_turn=pace.wait)
    assert [send(ORDER, "main").began for _ in range(2)] == [0.0, 0.25]
