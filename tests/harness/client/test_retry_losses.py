"""Distinguishing a recurring failure from chance."""

from __future__ import annotations

import random

import pytest

from orders_conformance.harness.client.retry import LossRate


def test_on_a_good_network_three_repeats_are_enough() -> None:
    assert LossRate(received=200).repeats() == 3


def test_without_any_response_so_far_more_repeats_are_needed() -> None:
    assert LossRate(received=1).repeats() > LossRate(received=10).repeats() > LossRate(received=200).repeats()


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.7])
def test_losses_by_chance_are_hardly_ever_a_recurring_failure(rate: float) -> None:
    dice = random.Random(7)  # noqa: S311 - a seed that repeats the test, and no secret
    seen = LossRate(received=round(1000 * (1 - rate)), lost=round(1000 * rate))
    tries = seen.repeats() + 1
    assert not any(all(dice.random() < rate for _ in range(tries)) for _ in range(20_000))


@pytest.mark.parametrize("lost", [10, 100, 1000])
def test_the_worse_the_network_the_more_repeats(lost: int) -> None:
    assert LossRate(received=100, lost=lost).repeats() > LossRate(received=100, lost=lost // 2).repeats()
