"""How much of each systematic enumeration a profile sends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanSize:
    """The size of a systematic plan.

    Attributes:
        strength: 1 covers every choice of every field in some order, 2 every pair of choices.
        missing_in: in how many orders, each with other values, a required field is missing.
        wrong_types: how many values of each wrong JSON type are tried in each field.
        numeric_texts: how many texts that look like a number are tried in each number field.
        renamed: how many orders have required fields under names in other letters.
        near_values: how many values that are close to a valid one are tried for each enum.
        near_dates: how many texts that are close to a date-time are tried for each date field.
        bodies: how many broken bodies.
        fault_pairs: how many orders with two faults.
        wrong_headers: how many further headers that are close to the right credentials.
        wrong_and_invalid: how many invalid requests have wrong credentials as well, each of another kind.
        unusual_rounds: how many orders with unusual values in many fields; if one is rejected, halves of it follow.
        unusual_parts: how many of these halves, and of other parts of it, may be accepted.
        extremes: whether to send very long references.
        changed_repeats: how many orders are repeated with one field changed.
        repeated_kinds: how many further orders, each of another kind, are repeated at once.
        near_instants: how many instants close to that of a used key.
        racers: how many concurrent requests are sent with one order.
        races: how often that is done; 0 if no requests are concurrent.
        pause: seconds from the first order of the run to its last repeat.

    """

    strength: int
    missing_in: int
    wrong_types: int
    numeric_texts: int
    renamed: int
    near_values: int
    near_dates: int
    bodies: int
    fault_pairs: int
    wrong_headers: int
    wrong_and_invalid: int
    unusual_rounds: int
    unusual_parts: int
    extremes: bool
    changed_repeats: int
    repeated_kinds: int
    near_instants: int
    racers: int
    races: int
    pause: float
