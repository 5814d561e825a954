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
from orders_conformance.strategies.invalid.bases import InvalidBases
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import (
    renamed,
    with_fault,
    with_instant_moved,
    with_one_field_changed,
)
from orders_conformance.strategies.probe import Action, Order, Pause, Probe, ProbeResult, Script, Send, Together
from orders_conformance.strategies.scripts import key_first
from orders_conformance.strategies.scripts.declarations import CLOSING
from orders_conformance.strategies.scripts.key_first import EarlierRequest
from orders_conformance.strategies.scripts.plan_size import PlanSize
from orders_conformance.strategies.scripts.same_instant import repeat_at_same_instant
from orders_conformance.strategies.scripts.unusual_values import UnusualValues

CreateScript = Generator[Action, Any, Order]
# The number of orders whose repeats have one field changed; each has a part of the changes.
_CHANGED_ORDERS = 3
# How many times as many values of other JSON types are tried in place of a number: servers most often accept these.
_KINDS_OF_NUMBERS = 4
# Wrong types with one value in each field: the other one is sent in another field.
_ONE_OF_EACH = {"boolean", "object"}
# How many variants of wrong credentials are sent with the cookies of the target.
_WITH_COOKIES = 2


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
        # Each fault that a server accepts, or stores although it rejects it, is an order: then fewer of them are sent.
        self._keeps_faults = False
        self._bases = InvalidBases(orders)
        listed = [fault for fault in fields.single(orders.contract, orders.full()) if self._is_within_size(fault)]
        self._pairs = tuple(itertools.islice(fields.pairs(listed), plan_size.fault_pairs))
        # Missing fields are sent in full orders: a server that fills in a missing value derives it from other fields.
        self._absences = tuple(fault for fault in listed if fault.is_absence)
        key = {orders.reference, orders.instant}
        self._faults_in_key = tuple(fault for fault in listed if not fault.is_absence and fault.field in key)
        # Each of these is sent once, before an order or alone, by the first script that uses it.
        self._faults = fields.spread([fault for fault in listed if not fault.is_absence and fault.field not in key])
        self._unauthorized = key_first.unauthorized(
            self._wrong,
            itertools.islice(key_first.wrong_and_invalid(orders, self._wrong), plan_size.wrong_and_invalid),
        )
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
            "unusual": UnusualValues(self._orders, self._size).script,
            "wrong credentials": self.wrong_credentials,
            CLOSING: self.closing,
        }

    def first_orders(self) -> Script:
        """Create the full order, repeat it, and create the minimal order."""
        # Before anything else it shows whether the server stores what it rejects: each rejection is an order then.
        first = yield from self._create(next(self._rows), key_first.rejected_variant(self._orders))
        self._first = first
        yield Send(Probe("repeat/at-once", first, at_once=True))
        self._similar = key_first.similar_references(self._orders, first)
        yield from self._create(next(self._rows), next(self._similar))

    def remaining_orders(self) -> Script:
        """Create the other orders of the plan, each after earlier requests with its key as long as there are any."""
        unauthorized, others = self._unauthorized, self._other_forms
        with_fault_first = (key_first.with_fault_first(fault) for fault in self._faults)
        for turn, row in enumerate(self._rows):
            # A similar reference has to be sent with the instant of the order whose reference it resembles.
            same = self._first is not None and row[self._orders.instant] == self._first[self._orders.instant]
            similar = tuple(itertools.islice(self._similar, 1)) if same else ()
            # A form that creates the order comes last. The fault is in another kind of field in each turn.
            form = similar or tuple(itertools.islice(others, 1))
            # No fault beside another request that may be rejected. If the order then conflicted, it would not be known
            # which of the two was stored, and all rejections like either of them would count as orders.
            without = turn == 0 or (form and (self._keeps_faults or form[-1].may_be_rejected))
            fault = () if without else itertools.islice(with_fault_first, 1)
            created = yield from self._create(row, *itertools.islice(unauthorized, 1), *fault, *form)
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
        yield from self._changed_repeats(second, 0)
        third = yield from self._create(self._next_order())
        yield Send(Probe("repeat/other-fields", self._orders.other(third)))
        yield from self._changed_repeats(third, 1)
        # An order that another script would send in another form: it costs nothing here.
        fourth = yield from self._create(self._next_order(), *itertools.islice(self._other_forms, 1))
        yield Send(Probe("repeat/fewer-fields", {name: fourth[name] for name in self._orders.minimal()}))
        yield from self._changed_repeats(fourth, 2)
        yield Send(Probe("between/refused", with_fault(self._orders, fourth, 1)))
        yield Send(Probe("repeat/after-refusal", fourth))
        yield Send(Probe("repeat/unauthorized", fourth, credentials=self._wrong[0]))
        yield Send(Probe("repeat/after-unauthorized", fourth))
        yield Send(Probe("repeat/after-order", fresh))
        yield from repeat_at_same_instant(self._orders, "repeat/same-instant", fresh, 2)
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
        """Send every single fault that no order has used yet, then pairs of faults, each with a key of its own."""
        for fault in itertools.chain(self._absences, self._faults_in_key, self._faults):
            # Missing fields are sent in full orders: a server that fills in a value derives it from other fields.
            base = self._bases.next(fault.field, complete=fault.is_absence)
            yield Send(Probe(fault.name, fault.applied(base)))
        for fault in (fault for fault in self._absences if fault.value is fields.MISSING):
            for turn in range(1, self._size.missing_in):
                yield Send(Probe(f"{fault.name}/others-too", fault.applied(self._bases.at(turn, fault.field))))
        for left, right in self._pairs:
            base = self._bases.next(left.field, complete=True)
            yield Send(Probe(f"{left.name}+{right.name}", right.applied(left.applied(base))))
        for name, names in itertools.islice(fields.names_in_other_case(self._contract), self._size.renamed):
            yield Send(Probe(name, renamed(self._bases.next(complete=True), names)))
        yield Send(Probe("no-fields", {}))

    def broken_bodies(self) -> Script:
        """Send bodies that are not JSON objects."""
        # Plain orders: one that a server rejects for another reason would not show that it reads a broken body.
        broken = itertools.islice(bodies.broken_bodies(self._orders.full, self._orders.text), self._size.bodies)
        for name, body in broken:
            yield Send(Probe(f"body/{name}", body))

    def wrong_credentials(self) -> Script:
        """Send the wrong credentials that no order has used yet, with cookies, and headers close to the right one."""
        for one in self._unauthorized:
            yield Send(one.probe(self._orders.full()))
        # A session that right credentials began must not authenticate requests without them.
        for variant in self._wrong[:_WITH_COOKIES]:
            yield Send(Probe(f"credentials/{variant}/cookies", self._orders.full(), variant, has_cookies=True))
        for name, header in itertools.islice(self._headers.items(), self._size.wrong_headers):
            yield Send(Probe(f"credentials/{name}", self._orders.full(), authorization=header))

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
                self._keeps_faults = True
                order = self._orders.rekeyed(order)
        result: ProbeResult = yield Send(Probe("order", order))
        self._keeps_faults |= result.status == self._contract.statuses.conflict and len(earlier) > 0
        return _order(result)

    def _next_order(self) -> Order:
        return next(self._rows, None) or self._orders.full()

    def _changed_repeats(self, order: Order, place: int) -> Script:
        """Repeat an order with one field changed: the share of all changes that falls to the order at `place`."""
        changed = itertools.islice(with_one_field_changed(self._orders, order), self._size.changed_repeats)
        for name, repeat in itertools.islice(changed, place, None, _CHANGED_ORDERS):
            yield Send(Probe(f"repeat/{name}", repeat))

    def _is_within_size(self, fault: fields.Fault) -> bool:
        _, kind, *of = fault.name.split("/")
        number = self._contract.fields[fault.field].type == "number"
        text = number and isinstance(fault.value, str)
        types = self._size.wrong_types if _ONE_OF_EACH.isdisjoint(of) else 1
        if number:
            types = self._size.numeric_texts if text else self._size.wrong_types * _KINDS_OF_NUMBERS
        limits = {"type": types, "enum": self._size.near_values, "format": self._size.near_dates}
        return fault.rank < limits.get(kind, 1)


def _order(result: ProbeResult) -> Order:
    return {} if isinstance(result.probe.body, bytes) else result.probe.body
