"""Send orders with unusual values in many fields, find values that a server rejects, and repeat accepted orders."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Generator, Mapping
from typing import Any

from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Probe, ProbeResult, Script, Send
from orders_conformance.strategies.scripts.plan_size import PlanSize
from orders_conformance.strategies.values import unusual

# A field whose value was rejected once is sent alone from then on, and those whose values were rejected so often are
# sent together, apart from the others: the others are still accepted, and halves of rejected values need no requests.
_REJECTED_OFTEN = 2


class UnusualValues:
    """The script of one run that sends unusual values."""

    def __init__(self, orders: OrderFactory, plan_size: PlanSize) -> None:
        """Prepare the script.

        Args:
            orders: the factory of plain orders.
            plan_size: how many of the orders to send.

        """
        self._orders = orders
        self._size = plan_size
        # How often an unusual value alone was rejected, by field.
        self._rejected: Counter[str] = Counter()
        # How many more parts of rejected orders may be accepted: each is an order.
        self._parts_left = plan_size.unusual_parts

    def script(self) -> Script:
        """Send orders with null, with unusual values in many fields, and with what many parsers cannot read."""
        yield from self._send_halves("null", unusual.nulls(self._orders.contract))
        self._rejected.clear()
        rounds = unusual.rounds(self._orders.contract, self._orders.fresh)
        for turn, one in enumerate(itertools.islice(rounds, self._size.unusual_rounds)):
            yield from self._send_round(f"unusual/{turn}", one)
        yield Send(Probe("unusual/deep", unusual.deep(2000)))
        if self._size.extremes:
            long = self._orders.fresh() + "X" * 300
            for end in "AB":
                yield from self._send(f"unusual/long-reference/{end}", {self._orders.reference: long + end})

    def _send_round(self, name: str, one: unusual.Round) -> Script:
        """Send the values of one round: fields that accepted all so far together, the others apart from them."""
        times = {field: 0 if field in one.plain else self._rejected[field] for field in one.change}
        together = {field: value for field, value in one.change.items() if not times[field]}
        rejected = yield from self._send_halves(name, together)
        for field in (field for field, number in times.items() if 0 < number < _REJECTED_OFTEN):
            rejected += yield from self._send_part(f"{name}/alone", {field: one.change[field]})
        often = {field: value for field, value in one.change.items() if times[field] >= _REJECTED_OFTEN}
        if often and self._parts_left:
            apart = yield from self._send(f"{name}/apart", often)
            self._parts_left -= apart.success
        yield from self._send_parts(f"{name}/part", rejected, one.parts)

    def _changed(self, change: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**self._orders.minimal(), **change}

    def _send(self, name: str, change: Mapping[str, Any]) -> Generator[Send, Any, ProbeResult]:
        """Send an order with a change; if it is accepted, repeat it."""
        result: ProbeResult = yield Send(Probe(name, self._changed(change)))
        if result.success:
            yield Send(Probe(f"repeat/{name}", result.probe.body))
        return result

    def _send_halves(
        self, name: str, change: Mapping[str, Any], *, is_part: bool = False
    ) -> Generator[Send, Any, tuple[str, ...]]:
        """Send a change of many fields at once; if it is rejected, send each half of it.

        Returns:
            The fields whose value was rejected alone.

        """
        if not change:
            return ()
        result = yield from self._send(name, change)
        self._parts_left -= is_part and result.success
        if result.success or result.status is None:
            return ()
        if len(change) == 1:
            self._rejected.update(change.keys())
            return tuple(change)
        items = list(change.items())
        half = len(items) // 2
        first = yield from self._send_part(name, dict(items[:half]))
        return first + (yield from self._send_part(name, dict(items[half:])))

    def _send_part(self, name: str, change: Mapping[str, Any]) -> Generator[Send, Any, tuple[str, ...]]:
        """Send a part of an order as `_send_halves` does, as long as further orders may be created."""
        if not self._parts_left:
            return ()
        return (yield from self._send_halves(name, change, is_part=True))

    def _send_parts(self, name: str, rejected: tuple[str, ...], parts: tuple[str, ...]) -> Script:
        """Send the parts of a text, one after the other, in the text fields that rejected it.

        The reference, which servers limit most, is only tried where no other field rejected the text.
        """
        fields, reference = self._orders.contract.fields, self._orders.reference
        texts = {field for field in rejected if fields[field].is_free_text}
        for part in parts if texts else ():
            if not self._parts_left:
                return
            fresh = self._orders.fresh()
            change = {field: f"{fresh}{part}" if field == reference else part for field in texts - {reference} or texts}
            result = yield from self._send(name, change)
            self._parts_left -= result.success
