"""Orders for probes that must be rejected: each has a key of its own in every respect, and other values.

A server that wrongly accepts two of them may store them under the same reference, such as "true". The instants are far
enough apart for that to be no duplicate. And a server may overlook a fault where another field has a certain value: of
the faults of one field, each is sent in another order.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from orders_conformance.strategies.orders.valid import OrderFactory

# The day of the first order; the others go back from it.
_FIRST_DAY = date(2019, 12, 28)
# How far the values beside one field are ahead of those beside the field before it.
_AHEAD = 5


class InvalidBases:
    """Makes plain orders, to each of which a fault is then added."""

    def __init__(self, orders: OrderFactory) -> None:
        """Start with the first order of each field."""
        self._orders = orders
        self._made = 0
        self._turns: Counter[str] = Counter()
        # No two instants are within the days in which a used reference is a duplicate, whatever their offsets are.
        self._distance = timedelta(days=2 * orders.contract.extension.duplicate.recycled_after_days + 2)
        self._places = {name: place for place, name in enumerate(orders.contract.fields)}

    def next(self, field: str = "", *, complete: bool = False) -> dict[str, Any]:
        """Return the next order for a fault of a field; `complete` for one with all fields."""
        turn = self._turns[field]
        self._turns[field] += 1
        return self.at(turn, field, complete=complete)

    def at(self, turn: int, field: str = "", *, complete: bool = False) -> dict[str, Any]:
        """Return the order of a turn for a fault of a field: each turn has other values; otherwise as `next`."""
        self._made += 1
        day = _FIRST_DAY - self._made * self._distance
        return self._orders.varied(turn, day, ahead=_AHEAD * self._places.get(field, 0), complete=complete)
