"""The systematic plan: scripts that enumerate everything the contract obliges a server to, with few requests.

One order carries many plain values, and the key of an order that is to be created is sent before with a fault or with
wrong credentials, so that a refusal that leaves something behind shows without a request of its own. What may stand
before an order is shared by the scripts: in a narrowed run without the orders, the script that is sent for it sends it
alone, and creates no order for it. `declarations` says which script serves which requirement.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import timedelta
from typing import Any

from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.invalid import bodies, fields
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import with_fault, with_instant_moved
from orders_conformance.strategies.probe import Action, Order, Pause, Probe, ProbeResult, Script, Send, Together
from orders_conformance.strategies.scripts import key_first
from orders_conformance.strategies.scripts.declarations import CLOSING
from orders_conformance.strategies.scripts.key_first import EarlierRequest
from orders_conformance.strategies.scripts.plan_size import PlanSize
from orders_conformance.strategies.values import unusual

Row = Generator[Action, Any, Order]


class Plan:
    """The scripts of one run, in the order in which they are meant to be sent."""

    def __init__(self, orders: OrderFactory, plan_size: PlanSize, credentials: Credentials) -> None:
        """Prepare the plan.

        Args:
            orders: makes plain orders.
            plan_size: how much to send.
            credentials: the right ones.

        """
        self._orders = orders
        self._contract = orders.contract
        self._extent = plan_size
        self._headers = credentials.near_headers()
        variants = credentials.variants()
        self._wrong = tuple(variant for variant in orders.contract.extension.credentials.wrong if variant in variants)
        self._right = tuple(variant for variant in orders.contract.extension.credentials.right if variant in variants)
        self._rows = orders.covering(plan_size.strength)
        self._first: Order | None = None
        self._lookalikes: Iterator[EarlierRequest] = iter(())
        listed = [fault for fault in fields.single(orders.contract, orders.full()) if self._within(fault)]
        self._pairs = tuple(itertools.islice(fields.pairs(listed), plan_size.fault_pairs))
        # A server that makes up for a missing value finds most to make it of in a full order.
        self._absences = tuple(fault for fault in listed if fault.is_absence)
        # Each of these stands before one order or alone: the script that comes first takes it.
        self._faults = (fault for fault in listed if not fault.is_absence)
        self._unauthorized = key_first.unauthorized(orders, self._wrong)
        self._other_forms = itertools.chain(key_first.rewritten(orders, self._right), key_first.rejected(orders))

    def scripts(self) -> Mapping[str, Callable[[], Script]]:
        """List the scripts by the names that they are declared under."""
        return {
            "first orders": self.first_orders,
            "repeats": self.repeats,
            "orders": self.remaining_orders,
            "other forms": self.other_forms,
            "similar references": self.similar_references,
            "races": self.races,
            "faults": self.refusals,
            "broken bodies": self.broken_bodies,
            "unusual": self.unusual_values,
            "wrong credentials": self.wrong_credentials,
            CLOSING: self.closing,
        }

    def first_orders(self) -> Script:
        """Create the full order, repeat it, and create the minimal one."""
        first = yield from self._row(next(self._rows))
        self._first = first
        yield Send(Probe("repeat/at-once", first))
        self._lookalikes = key_first.similar_references(self._orders, first)
        refused = key_first.rejected_variant(self._orders)
        yield from self._row(next(self._rows), refused, next(self._lookalikes))

    def remaining_orders(self) -> Script:
        """Create every other order of the plan, each after something refused with its key while there is any left."""
        unauthorized, others = self._unauthorized, self._other_forms
        spoilt_first = (key_first.with_fault_first(fault) for fault in self._faults)
        for turn, row in enumerate(self._rows):
            # A lookalike has to have the instant of the order that it resembles.
            same = self._first is not None and row[self._orders.instant] == self._first[self._orders.instant]
            lookalike = itertools.islice(self._lookalikes, 1) if same else ()
            before = tuple(lookalike) or tuple(itertools.islice(others, 1)) or itertools.islice(spoilt_first, 1)
            created = yield from self._row(row, *itertools.islice(unauthorized, 1), *before)
            if turn < self._extent.repeated_kinds:
                yield Send(Probe("repeat/kind", created))
        for left in itertools.zip_longest(unauthorized, others):
            for prelude in left:
                if prelude is not None:
                    yield Send(prelude.probe(self._orders.full()))
        # A resembling reference for which no order was left is not worth an order of its own in a whole run.
        self._lookalikes = iter(())

    def other_forms(self) -> Script:
        """Send what stood before no order: the order in other forms that create it, and in forms that are rejected."""
        for one in self._other_forms:
            yield Send(one.probe(self._orders.full()))

    def similar_references(self) -> Script:
        """Send the first order under the references that resemble its own and stood before no order."""
        if self._first is not None:
            for one in self._lookalikes:
                yield Send(one.probe(self._first))

    def repeats(self) -> Script:
        """Repeat an order under every circumstance, one more at a time, and use its key for what is not a repeat."""
        if self._first is not None:
            yield Send(Probe("repeat/first", self._first))
        # Each circumstance has an order of its own kind, or a server could forget all orders but those of one kind.
        fresh = yield from self._row(self._next_row())
        yield Send(Probe("repeat/at-once", fresh))
        yield Send(Probe("repeat/again", fresh))
        second = yield from self._row(self._next_row())
        yield Send(Probe("repeat/other-connection", second, connection="other"))
        third = yield from self._row(self._next_row())
        yield Send(Probe("repeat/other-fields", self._orders.other(third)))
        fourth = yield from self._row(self._next_row())
        yield Send(Probe("repeat/fewer-fields", {name: fourth[name] for name in self._orders.minimal()}))
        yield Send(Probe("between/refused", with_fault(self._orders, fourth)))
        yield Send(Probe("repeat/after-refusal", fourth))
        yield Send(Probe("repeat/unauthorized", fourth, credentials=self._wrong[0]))
        yield Send(Probe("repeat/after-unauthorized", fourth))
        yield Send(Probe("repeat/after-order", fresh))
        yield Send(Probe("repeat/same-instant", with_instant_moved(self._orders, fresh, timedelta(), (2, 0))))
        recycled = with_instant_moved(self._orders, fresh, timedelta(days=-4))
        yield Send(Probe("recycled", recycled))
        yield Send(Probe("recycled/repeat", recycled))
        yield Send(Probe("recycled/first", fresh))
        nearby = (timedelta(seconds=1), timedelta(days=1), timedelta(hours=-1), timedelta(days=2))
        for distance in nearby[: self._extent.near_instants]:
            yield Send(Probe(f"near/{distance}", with_instant_moved(self._orders, fresh, distance)))

    def races(self) -> Script:
        """Send one order several times at once, beside others that must not get into its way."""
        for turn in range(self._extent.races):
            order = self._next_row()
            same = [Probe(f"race/{turn}", order, connection=f"racer-{lane}") for lane in range(self._extent.racers)]
            others = [
                Probe(f"race/{turn}/other", self._next_row(), connection=f"racer-other-{lane}") for lane in range(2)
            ]
            yield Together((*same, *others))
            yield Send(Probe(f"race/{turn}/repeat", order))

    def refusals(self) -> Script:
        """Send every single fault that stood before no order, then pairs of faults, each with a fresh key."""
        for fault in self._absences:
            yield Send(Probe(fault.name, fault.applied(self._orders.full())))
        # Faults stand in ever other surroundings: a server may look the other way where some value is present.
        surroundings = itertools.cycle([self._orders.full(), self._orders.minimal(), *self._orders.covering(1)])
        for fault, base in zip(self._faults, surroundings, strict=False):
            yield Send(Probe(fault.name, fault.applied(self._orders.rekeyed(base))))
        for left, right in self._pairs:
            yield Send(Probe(f"{left.name}+{right.name}", right.applied(left.applied(self._orders.full()))))
        yield Send(Probe("no-fields", {}))

    def broken_bodies(self) -> Script:
        """Send bodies that are no order at all."""
        broken = itertools.islice(bodies.broken_bodies(self._orders.full, self._orders.text), self._extent.bodies)
        for name, body in broken:
            yield Send(Probe(f"body/{name}", body))

    def wrong_credentials(self) -> Script:
        """Send the wrong credentials that stood before no order, then headers that are close to the right one."""
        for one in self._unauthorized:
            yield Send(one.probe(self._orders.full()))
        for name, header in itertools.islice(self._headers.items(), self._extent.wrong_headers):
            yield Send(Probe(f"credentials/{name}", self._orders.full(), authorization=header))

    def unusual_values(self) -> Script:
        """Send orders full of what a server may take or refuse; take apart those that it refuses."""
        yield from self._group("null", unusual.nulls(self._contract))
        changes = unusual.changes(self._contract, self._orders.fresh())
        for turn, change in enumerate(itertools.islice(changes, self._extent.unusual_rounds)):
            yield from self._group(f"unusual/{turn}", change)
        half = {**self._orders.minimal(), self._orders.text: unusual.UNPAIRED_SURROGATE}
        yield Send(Probe("unusual/half-a-pair", half))
        yield Send(Probe("unusual/deep", unusual.deep(2000)))
        if self._extent.extremes:
            long = self._orders.fresh() + "X" * 300
            for end in "AB":
                yield Send(
                    Probe(
                        f"unusual/long-reference/{end}", {**self._orders.minimal(), self._orders.reference: long + end}
                    )
                )

    def closing(self) -> Script:
        """Repeat the first order of the run after everything else and a pause."""
        order = self._first or (yield from self._row(self._orders.full()))
        yield Pause(self._extent.pause, since_first=True)
        yield Send(Probe("repeat/at-the-end", order))

    def _row(self, order: Order, *key_first: EarlierRequest) -> Row:
        """Create an order, after something else with its key; return the order that was created."""
        for prelude in key_first:
            before: ProbeResult = yield Send(prelude.probe(order))
            if before.success:
                if prelude.creates:
                    return _order(before) or order
                order = self._orders.rekeyed(order)
        answer: ProbeResult = yield Send(Probe("order", order))
        return _order(answer)

    def _next_row(self) -> Order:
        return next(self._rows, None) or self._orders.full()

    def _within(self, fault: fields.Fault) -> bool:
        kind = fault.name.split("/")[1]
        number = self._contract.fields[fault.field].type == "number"
        limits = {
            # A number is what servers most often read out of texts of all kinds.
            "type": self._extent.wrong_types * (4 if number else 1),
            "enum": self._extent.near_values,
            "format": self._extent.near_dates,
        }
        return fault.rank < limits.get(kind, 1)

    def _group(self, name: str, change: Mapping[str, Any]) -> Script:
        """Send a change of many fields at once; where it is refused, each half of it again."""
        answer: ProbeResult = yield Send(Probe(name, {**self._orders.minimal(), **change}))
        if answer.success or answer.status is None or len(change) == 1:
            return
        items = list(change.items())
        half = len(items) // 2
        yield from self._group(name, dict(items[:half]))
        yield from self._group(name, dict(items[half:]))


def _order(answer: ProbeResult) -> Order:
    return {} if isinstance(answer.probe.body, bytes) else answer.probe.body
