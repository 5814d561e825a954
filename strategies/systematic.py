"""The systematic plan: scripts that enumerate everything the contract obliges a server to, with few requests.

One order carries many plain values, and the key of an order that is to be created is sent before with a fault or with
wrong credentials, so that a refusal that leaves something behind shows without a request of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from strategies import faults, unusual
from strategies.credentials import RIGHT
from strategies.extent import Extent
from strategies.orders import Orders
from strategies.probe import JSON, Action, Answer, Order, Pause, Probe, Script, Send, Together, encode
from strategies.sequences import moved, spoilt

# The script that comes after everything else, random traffic included.
CLOSING = "closing"
Prelude = Callable[[Order], Probe]
Row = Generator[Action, Any, Order]


class Systematic:
    """The scripts of one run, in the order in which they are meant to be sent."""

    def __init__(self, orders: Orders, extent: Extent, variants: tuple[str, ...]) -> None:
        """Prepare the plan.

        Args:
            orders: makes plain orders.
            extent: how much to send.
            variants: the variants of the credentials that can be told apart.

        """
        self._orders = orders
        self._contract = orders.contract
        self._extent = extent
        self._wrong = tuple(
            variant for variant in orders.contract.extension["credentials"]["wrong"] if variant in variants
        )
        self._right = tuple(
            variant for variant in orders.contract.extension["credentials"]["right"] if variant in variants
        )
        self._json = (JSON, *orders.contract.extension["media_types"]["taken"])
        self._rows = orders.covering(extent.strength)
        self._first: Order | None = None

    def scripts(self) -> Mapping[str, Callable[[], Script]]:
        """List the scripts by name."""
        return {
            "first orders": self.first_orders,
            "repeats": self.repeats,
            "orders": self.remaining_orders,
            "races": self.races,
            "faults": self.refusals,
            "broken bodies": self.broken_bodies,
            "unusual": self.unusual_values,
            CLOSING: self.closing,
        }

    def first_orders(self) -> Script:
        """Create the full and the minimal order, each after wrong credentials and a fault with the same key."""
        self._first = yield from self._row(next(self._rows), ())
        yield from self._row(next(self._rows), ())

    def remaining_orders(self) -> Script:
        """Create every other order of the plan, each after something refused with its key while there is any left."""
        unauthorized, others = iter(list(self._unauthorized())), iter(list(self._others()))
        for row in self._rows:
            yield from self._row(row, (*itertools.islice(unauthorized, 1), *itertools.islice(others, 1)))
        for prelude in (*others, *unauthorized):
            yield Send(prelude(self._orders.full()))

    def repeats(self) -> Script:
        """Repeat an order under every circumstance, one more at a time, and use its key for what is not a repeat."""
        order = self._first or (yield from self._row(self._orders.full(), ()))
        yield Send(Probe("repeat/at-once", order))
        fresh = yield from self._row(self._orders.full(), ())
        yield Send(Probe("repeat/at-once", fresh))
        yield Send(Probe("repeat/again", fresh))
        yield Send(Probe("repeat/other-connection", fresh, connection="other"))
        yield Send(Probe("repeat/other-fields", self._orders.other(fresh)))
        yield Send(Probe("repeat/fewer-fields", {name: fresh[name] for name in self._orders.minimal()}))
        yield Send(Probe("between/refused", spoilt(self._orders, self._orders.full())))
        yield Send(Probe("repeat/after-refusal", fresh))
        yield Send(Probe("between/unauthorized", fresh, credentials=self._wrong[0]))
        yield Send(Probe("repeat/after-unauthorized", fresh))
        yield from self._row(self._orders.minimal(), ())
        yield Send(Probe("repeat/after-order", fresh))
        yield Send(Probe("repeat/same-instant", moved(self._orders, fresh, timedelta(), (2, 0))))
        recycled = moved(self._orders, fresh, timedelta(days=-10))
        yield Send(Probe("recycled", recycled))
        yield Send(Probe("recycled/repeat", recycled))
        yield Send(Probe("recycled/first", fresh))
        yield from self._lookalikes(fresh)
        nearby = (timedelta(seconds=1), timedelta(days=1), timedelta(hours=-1), timedelta(days=2))
        for distance in nearby[: self._extent.near_instants]:
            yield Send(Probe(f"near/{distance}", moved(self._orders, fresh, distance)))

    def races(self) -> Script:
        """Send one order several times at once, beside others that must not get into its way."""
        for turn in range(self._extent.races):
            order = self._orders.full()
            same = [Probe(f"race/{turn}", order, connection=f"racer-{lane}") for lane in range(self._extent.racers)]
            others = [
                Probe(f"race/{turn}/other", self._next_row(), connection=f"racer-other-{lane}") for lane in range(2)
            ]
            yield Together((*same, *others))
            yield Send(Probe(f"race/{turn}/repeat", order))

    def refusals(self) -> Script:
        """Send every single fault, then pairs of faults, each with a fresh key."""
        extent = self._extent
        listed = [fault for fault in faults.single(self._contract, self._orders.full()) if self._within(fault)]
        for fault in listed:
            full = fault.rank % 2 == 0
            base = self._orders.full() if full else self._orders.minimal()
            yield Send(Probe(fault.name, fault.applied(base)))
        for left, right in itertools.islice(faults.pairs(listed), extent.fault_pairs):
            yield Send(Probe(f"{left.name}+{right.name}", right.applied(left.applied(self._orders.full()))))
        yield Send(Probe("no-fields", {}))

    def broken_bodies(self) -> Script:
        """Send bodies that are no order at all."""
        bodies = itertools.islice(faults.broken_bodies(self._orders.full()), self._extent.bodies)
        for name, body in bodies:
            yield Send(Probe(f"body/{name}", body))

    def unusual_values(self) -> Script:
        """Send orders full of what a server may take or refuse; take apart those that it refuses."""
        yield from self._group("null", unusual.nulls(self._contract))
        yield from self._group("unknown-property", unusual.unknown_property(self._orders.minimal()))
        values = unusual.by_field(self._contract, self._orders.fresh())
        for turn, change in enumerate(itertools.islice(unusual.changes(values), self._extent.unusual_rounds)):
            yield from self._group(f"unusual/{turn}", change)
        yield Send(Probe("media-type/missing", self._orders.minimal(), content_type=None))
        if self._extent.split:
            yield Send(Probe("unusual/deep", unusual.deep(200)))
            long = self._orders.fresh() + "X" * 240
            for end in "AB":
                yield Send(
                    Probe(
                        f"unusual/long-reference/{end}", {**self._orders.minimal(), self._orders.reference: long + end}
                    )
                )

    def closing(self) -> Script:
        """Repeat the first order of the run after everything else and a pause."""
        order = self._first or (yield from self._row(self._orders.full(), ()))
        yield Pause(self._extent.pause, since_first=True)
        yield Send(Probe("repeat/at-the-end", order))

    def _row(self, order: Order, preludes: tuple[Prelude, ...]) -> Row:
        """Create an order, after something else with its key; return the order that was created."""
        for prelude in preludes:
            probe = prelude(order)
            before: Answer = yield Send(probe)
            if before.success:
                if probe.body is order and probe.credentials in self._right and probe.content_type in self._json:
                    return _order(before)
                order = self._orders.rekeyed(order)
        answer: Answer = yield Send(Probe("order", order))
        return _order(answer)

    def _next_row(self) -> Order:
        return next(self._rows, None) or self._orders.full()

    def _unauthorized(self) -> Iterator[Prelude]:
        """List wrong credentials: each costs one request and no order."""
        for index, variant in enumerate(self._wrong):
            yield partial(_as, name=f"credentials/{variant}", credentials=variant)
            if index == 0:
                yield partial(_as, name=f"credentials/{variant}/new", credentials=variant, connection="new")
                yield lambda order: Probe("credentials/spoilt", spoilt(self._orders, order), credentials=self._wrong[0])

    def _others(self) -> Iterator[Prelude]:
        """List other words for what is right, and what is refused for another reason than credentials."""
        media_types = self._contract.extension["media_types"]
        for media_type in media_types["taken"]:
            yield partial(_as, name=f"media-type/{media_type}", content_type=media_type)
        for variant in self._right:
            if variant != RIGHT:
                yield partial(_as, name=f"credentials/{variant}", credentials=variant)
        yield lambda order: Probe("before/refused", spoilt(self._orders, order))
        for media_type in media_types["refused"]:
            yield partial(_as, name=f"media-type/{media_type}", content_type=media_type)
        yield lambda order: Probe("before/truncated", encode(order)[:-1])

    def _lookalikes(self, order: Order) -> Script:
        """Use references that are another one's but for a hyphen, a zero or the case of letters."""
        reference = order[self._orders.reference]
        head, _, tail = reference.rpartition("-")
        lookalikes = {
            "hyphen": f"{head}{tail}",
            "case": reference.lower(),
            "zero": f"{head}-0{tail}",
            "longer": f"{reference}0",
        }
        for name, text in itertools.islice(lookalikes.items(), 2 if self._extent.strength == 1 else None):
            yield Send(Probe(f"lookalike/{name}", {**order, self._orders.reference: text}))

    def _within(self, fault: faults.Fault) -> bool:
        kind = fault.name.split("/")[1]
        dates = [field.name for field in self._contract.fields.values() if field.format == "date-time"]
        near_dates = self._extent.near_dates if fault.field == dates[0] else self._extent.near_dates // 2
        limits = {"type": self._extent.wrong_types, "enum": self._extent.near_values, "format": near_dates}
        return fault.rank < limits.get(kind, 1)

    def _group(self, name: str, change: Mapping[str, Any]) -> Script:
        """Send a change of many fields at once; where it is refused, each half of it again."""
        answer: Answer = yield Send(Probe(name, {**self._orders.minimal(), **change}))
        if answer.success or len(change) == 1 or not self._extent.split:
            return
        items = list(change.items())
        half = len(items) // 2
        yield from self._group(name, dict(items[:half]))
        yield from self._group(name, dict(items[half:]))


def _order(answer: Answer) -> Order:
    return {} if isinstance(answer.probe.body, bytes) else answer.probe.body


def _as(order: Order, *, name: str, **manner: Any) -> Probe:
    """Send an order in some manner."""
    return Probe(name, order, **manner)
