"""How far a run is, after each exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orders_conformance.harness.messages.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        exchange: the last exchange.
        broken: the ids of the requirements that it broke, of those that are judged.
        suspected: whether it raised a suspicion, which follow-up requests settle.
        requests: how many requests were sent, retries included.
        orders: how many orders were created.
        failures: how many requirements failed so far.

    """

    exchange: Exchange
    broken: tuple[str, ...]
    suspected: bool
    requests: int
    orders: int
    failures: int


Show = Callable[[Progress], None]
