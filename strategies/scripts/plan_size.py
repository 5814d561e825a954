"""How much of each systematic enumeration a profile sends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanSize:
    """The size of a systematic plan.

    Attributes:
        strength: 1 covers every choice of every field in some order, 2 every pair of choices.
        wrong_types: how many values of each wrong JSON type are tried in each field.
        near_values: how many near misses of each enum.
        near_dates: how many near misses of each date field.
        bodies: how many broken bodies.
        fault_pairs: how many orders with two faults.
        wrong_headers: how many further headers that are close to the right credentials.
        unusual_rounds: how many orders full of unusual values; one that is refused is taken apart.
        extremes: whether to send what is unusually deep or long.
        repeated_kinds: how many further orders, each of another kind, are repeated at once.
        near_instants: how many instants close to a used key.
        racers: how many requests of one order are sent at once, `races` times; 0 times for one request at a time.
        pause: seconds after which an order is repeated once more.

    """

    strength: int
    wrong_types: int
    near_values: int
    near_dates: int
    bodies: int
    fault_pairs: int
    wrong_headers: int
    unusual_rounds: int
    extremes: bool
    repeated_kinds: int
    near_instants: int
    racers: int
    races: int
    pause: float
