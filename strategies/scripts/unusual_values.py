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

# A field whose value was rejected so often is sent apart from the others, so that these are still accepted together.
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

    def script(self) -> Script:
        """Send orders with null, with unusual values in many fields, and with what many parsers cannot read."""
        yield from self._send_halves("null", unusual.nulls(self._orders.contract))
        self._rejected.clear()
        rounds = unusual.rounds(self._orders.contract, self._orders.fresh)
        for turn, one in enumerate(itertools.islice(rounds, self._size.unusual_rounds)):
            often = {name for name in one.change if self._rejected[name] >= _REJECTED_OFTEN}
            change = {name: value for name, value in one.change.items() if name not in often}
            rejected = yield from self._send_halves(f"unusual/{turn}", change)
            if often:
                yield from self._send(f"unusual/{turn}/apart", {name: one.change[name] for name in often})
            yield from self._send_parts(f"unusual/{turn}/part", rejected, one.parts)
        yield Send(Probe("unusual/deep", unusual.deep(2000)))
        if self._size.extremes:
            long = self._orders.fresh() + "X" * 300
            for end in "AB":
                yield from self._send(f"unusual/long-reference/{end}", {self._orders.reference: long + end})

    def _changed(self, change: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**self._orders.minimal(), **change}

    def _send(self, name: str, change: Mapping[str, Any]) -> Generator[Send, Any, ProbeResult]:
        """Send an order with a change; if it is accepted, repeat it."""
        result: ProbeResult = yield Send(Probe(name, self._changed(change)))
        if result.success:
            yield Send(Probe(f"repeat/{name}", result.probe.body))
        return result

    def _send_halves(self, name: str, change: Mapping[str, Any]) -> Generator[Send, Any, tuple[str, ...]]:
        """Send a change of many fields at once; if it is rejected, send each half of it.

        Returns:
            The fields whose value was rejected alone.

        """
        if not change:
            return ()
        result = yield from self._send(name, change)
        if result.success or result.status is None:
            return ()
        if len(change) == 1:
            self._rejected.update(change.keys())
            return tuple(change)
        items = list(change.items())
        half = len(items) // 2
        first = yield from self._send_halves(name, dict(items[:half]))
        return first + (yield from self._send_halves(name, dict(items[half:])))

    def _send_parts(self, name: str, rejected: tuple[str, ...], parts: tuple[str, ...]) -> Script:
        """Send the parts of a text, one after the other, in the text fields that rejected it."""
        fields = self._orders.contract.fields
        texts = [field for field in rejected if fields[field].is_free_text]
        for part in parts if texts else ():
            fresh = self._orders.fresh()
            yield from self._send(
                name, {field: f"{fresh}{part}" if field == self._orders.reference else part for field in texts}
            )
