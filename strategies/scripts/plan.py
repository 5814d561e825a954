"""The systematic plan: scripts that test every requirement of the contract with few requests.

One order has plain values in many fields. Before an order is created, its key is sent with a fault or with wrong
credentials (see `key_first`), so that no further request is needed to show what a rejection leaves behind. The scripts
share these earlier requests: the script `orders` sends them before its orders; other scripts send those that are left,
alone, and in a narrowed run without `orders` all of them. `declarations` says which script serves which requirement.
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

CreateScript = Generator[Action, Any, Order]


class Plan:
    """The scripts of one run, in the sequence in which they are performed."""

    def __init__(self, orders: OrderFactory, plan_size: PlanSize, credentials: Credentials) -> None:
        """Prepare the plan.

        Args:
            orders: the factory of plain orders.
            plan_size: how much to send.
            credentials: the right credentials.

        """
        self._orders = orders
        self._contract = orders.contract
        self._size = plan_size
        self._headers = credentials.near_headers()
        variants = credentials.variants()
        self._wrong = tuple(variant for variant in orders.contract.extension.credentials.wrong if variant in variants)
        self._right = tuple(variant for variant in orders.contract.extension.credentials.right if variant in variants)
        self._rows = orders.covering(plan_size.strength)
        self._first: Order | None = None
        self._similar: Iterator[EarlierRequest] = iter(())
        listed = [fault for fault in fields.single(orders.contract, orders.full()) if self._is_within_size(fault)]
        self._pairs = tuple(itertools.islice(fields.pairs(listed), plan_size.fault_pairs))
        # Missing fields are sent in full orders: a server that fills in a missing value derives it from other fields.
        self._absences = tuple(fault for fault in listed if fault.is_absence)
        # Each of these is sent once, before an order or alone, by the first script that uses it.
        self._faults = (fault for fault in listed if not fault.is_absence)
        self._unauthorized = key_first.unauthorized(orders, self._wrong)
        self._other_forms = itertools.chain(key_first.rewritten(orders, self._right), key_first.rejected(orders))

    def scripts(self) -> Mapping[str, Callable[[], Script]]:
        """Return the scripts by their names in `declarations`."""
        return {
            "first orders": self.first_orders,
            "repeats": self.repeats,
            "orders": self.remaining_orders,
            "other forms": self.other_forms,
            "similar references": self.similar_references,
            "races": self.races,
            "faults": self.faults,
            "broken bodies": self.broken_bodies,
            "unusual": self.unusual_values,
            "wrong credentials": self.wrong_credentials,
            CLOSING: self.closing,
        }

    def first_orders(self) -> Script:
        """Create the full order, repeat it, and create the minimal order."""
        first = yield from self._create(next(self._rows))
        self._first = first
        yield Send(Probe("repeat/at-once", first, at_once=True))
        self._similar = key_first.similar_references(self._orders, first)
        rejected = key_first.rejected_variant(self._orders)
        yield from self._create(next(self._rows), rejected, next(self._similar))

    def remaining_orders(self) -> Script:
        """Create the other orders of the plan, each after earlier requests with its key as long as there are any."""
        unauthorized, others = self._unauthorized, self._other_forms
        with_fault_first = (key_first.with_fault_first(fault) for fault in self._faults)
        for turn, row in enumerate(self._rows):
            # A similar reference has to be sent with the instant of the order whose reference it resembles.
            same = self._first is not None and row[self._orders.instant] == self._first[self._orders.instant]
            similar = itertools.islice(self._similar, 1) if same else ()
            before = tuple(similar) or tuple(itertools.islice(others, 1)) or itertools.islice(with_fault_first, 1)
            created = yield from self._create(row, *itertools.islice(unauthorized, 1), *before)
            if turn < self._size.repeated_kinds:
                yield Send(Probe("repeat/kind", created, at_once=True))
        for left in itertools.zip_longest(unauthorized, others):
            for earlier in left:
                if earlier is not None:
                    yield Send(earlier.probe(self._orders.full()))
        # Similar references that are left are not sent in a whole run: each would create one more order.
        self._similar = iter(())

    def other_forms(self) -> Script:
        """Send the other forms that no order has used yet: forms that create an order, and forms that are rejected."""
        for one in self._other_forms:
            yield Send(one.probe(self._orders.full()))

    def similar_references(self) -> Script:
        """Send the first order under the similar references that no order has used yet."""
        if self._first is not None:
            for one in self._similar:
                yield Send(one.probe(self._first))

    def repeats(self) -> Script:
        """Repeat orders under each circumstance, and use their references for orders that are not repeats."""
        if self._first is not None:
            yield Send(Probe("repeat/first", self._first))
        # Each circumstance has another kind of order, to find servers that detect duplicates of one kind only.
        fresh = yield from self._create(self._next_order())
        yield Send(Probe("repeat/at-once", fresh, at_once=True))
        yield Send(Probe("repeat/again", fresh))
        second = yield from self._create(self._next_order())
        yield Send(Probe("repeat/other-connection", second, connection="other"))
        third = yield from self._create(self._next_order())
        yield Send(Probe("repeat/other-fields", self._orders.other(third)))
        fourth = yield from self._create(self._next_order())
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
        for distance in nearby[: self._size.near_instants]:
            yield Send(Probe(f"near/{distance}", with_instant_moved(self._orders, fresh, distance)))

    def races(self) -> Script:
        """Send one order several times concurrently, together with other orders that must not get a conflict."""
        for turn in range(self._size.races):
            order = self._next_order()
            same = [Probe(f"race/{turn}", order, connection=f"racer-{number}") for number in range(self._size.racers)]
            others = [
                Probe(f"race/{turn}/other", self._next_order(), connection=f"racer-other-{number}")
                for number in range(2)
            ]
            yield Together((*same, *others))
            yield Send(Probe(f"race/{turn}/repeat", order))

    def faults(self) -> Script:
        """Send every single fault that no order has used yet, then pairs of faults, each with a fresh key."""
        for fault in self._absences:
            yield Send(Probe(fault.name, fault.applied(self._orders.full())))
        for name in self._orders.minimal():
            order = self._orders.full()
            renamed = {(other[0].upper() + other[1:] if other == name else other): order[other] for other in order}
            yield Send(Probe(f"{name}/name-case", renamed))
        # Each fault is sent in another order, to find servers that skip a check if some other value is present.
        bases = itertools.cycle([self._orders.full(), self._orders.minimal(), *self._orders.covering(1)])
        for fault, base in zip(self._faults, bases, strict=False):
            yield Send(Probe(fault.name, fault.applied(self._orders.rekeyed(base))))
        for left, right in self._pairs:
            yield Send(Probe(f"{left.name}+{right.name}", right.applied(left.applied(self._orders.full()))))
        yield Send(Probe("no-fields", {}))

    def broken_bodies(self) -> Script:
        """Send bodies that are not JSON objects."""
        broken = itertools.islice(bodies.broken_bodies(self._orders.full, self._orders.text), self._size.bodies)
        for name, body in broken:
            yield Send(Probe(f"body/{name}", body))

    def wrong_credentials(self) -> Script:
        """Send the wrong credentials that no order has used yet, then headers that are close to the right one."""
        for one in self._unauthorized:
            yield Send(one.probe(self._orders.full()))
        for name, header in itertools.islice(self._headers.items(), self._size.wrong_headers):
            yield Send(Probe(f"credentials/{name}", self._orders.full(), authorization=header))

    def unusual_values(self) -> Script:
        """Send orders with unusual values in many fields; if one is rejected, send each half of its values."""
        yield from self._send_change("null", unusual.nulls(self._contract))
        changes = unusual.changes(self._contract, self._orders.fresh())
        for turn, change in enumerate(itertools.islice(changes, self._size.unusual_rounds)):
            yield from self._send_change(f"unusual/{turn}", change)
        unpaired = {**self._orders.minimal(), self._orders.text: unusual.UNPAIRED_SURROGATE}
        yield Send(Probe("unusual/half-a-pair", unpaired))
        yield Send(Probe("unusual/deep", unusual.deep(2000)))
        if self._size.extremes:
            long = self._orders.fresh() + "X" * 300
            for end in "AB":
                yield Send(
                    Probe(
                        f"unusual/long-reference/{end}", {**self._orders.minimal(), self._orders.reference: long + end}
                    )
                )

    def closing(self) -> Script:
        """Repeat the first order of the run after everything else and a pause."""
        order = self._first or (yield from self._create(self._orders.full()))
        yield Pause(self._size.pause, since_first=True)
        yield Send(Probe("repeat/at-the-end", order))

    def _create(self, order: Order, *earlier: EarlierRequest) -> CreateScript:
        """Create an order after the earlier requests; return the order that was created."""
        for request in earlier:
            before: ProbeResult = yield Send(request.probe(order))
            if before.success:
                if request.creates:
                    return _order(before) or order
                order = self._orders.rekeyed(order)
        result: ProbeResult = yield Send(Probe("order", order))
        return _order(result)

    def _next_order(self) -> Order:
        return next(self._rows, None) or self._orders.full()

    def _is_within_size(self, fault: fields.Fault) -> bool:
        kind = fault.name.split("/")[1]
        number = self._contract.fields[fault.field].type == "number"
        limits = {
            # Servers most often accept other JSON types in place of a number.
            "type": self._size.wrong_types * (4 if number else 1),
            "enum": self._size.near_values,
            "format": self._size.near_dates,
        }
        return fault.rank < limits.get(kind, 1)

    def _send_change(self, name: str, change: Mapping[str, Any]) -> Script:
        """Send a change of many fields at once; if it is rejected, send each half of it."""
        result: ProbeResult = yield Send(Probe(name, {**self._orders.minimal(), **change}))
        if result.success or result.status is None or len(change) == 1:
            return
        items = list(change.items())
        half = len(items) // 2
        yield from self._send_change(name, dict(items[:half]))
        yield from self._send_change(name, dict(items[half:]))


def _order(result: ProbeResult) -> Order:
    return {} if isinstance(result.probe.body, bytes) else result.probe.body
