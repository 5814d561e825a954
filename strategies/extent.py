"""How much of each systematic enumeration a profile sends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """The size of a systematic plan.

    Attributes:
        strength: 1 covers every choice of every field in some order, 2 every pair of choices.
        wrong_types: how many values of each wrong JSON type are tried in each field.
        near_values: how many near misses of each enum.
        near_dates: how many near misses of the first date field; the others get half of them.
        bodies: how many broken bodies.
        fault_pairs: how many orders with two faults.
        unusual_rounds: how many orders full of unusual values; `split` tells whether a refused one is taken apart.
        near_instants: how many instants close to a used key.
        racers: how many requests of one order are sent at once, `races` times.
        pause: seconds after which an order is repeated once more.

    """

    strength: int
    wrong_types: int
    near_values: int
    near_dates: int
    bodies: int
    fault_pairs: int
    unusual_rounds: int
    split: bool
    near_instants: int
    racers: int
    races: int
    pause: float
