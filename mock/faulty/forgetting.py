"""Faults in how long, and of which orders, it is remembered that they exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import of_row
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_ANY = ("create/409/duplicate*",)


class _Forgets(Service):
    """Forgets orders: an era has a memory of its own."""

    def begin(self) -> None:
        self.era = 0
        self.count = 0

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return f"{reference}\0{self.era}", instant


class _ForgetsAfterOutcome(_Forgets):
    """Forgets all orders after some replies of one status."""

    outcome: ClassVar[str]
    times: ClassVar[int] = 1

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        self.count += response.status == self.statuses[self.outcome]
        if self.count == self.times:
            self.count = 0
            self.era += 1
        return response


_OUTCOMES: Mapping[str, tuple[str, int, str, tuple[str, ...]]] = {
    "ForgetsAfterRefusal": (
        "rejected",
        1,
        "Forgets all orders when one is refused.",
        ("create/409/duplicate/after-*",),
    ),
    "ForgetsAfterStranger": (
        "unauthorized",
        1,
        "Forgets all orders when a stranger comes.",
        ("create/409/duplicate/after-*",),
    ),
    "ForgetsAfterConflict": ("conflict", 1, "Forgets all orders after a conflict.", _ANY),
    "ForgetsAfterTwoConflicts": ("conflict", 2, "Forgets all orders after two conflicts.", _ANY),
}
for _name, (_outcome, _times, _lie, _breaks) in _OUTCOMES.items():
    of_row(SERVERS, _ForgetsAfterOutcome, _name, _lie, _breaks, outcome=_outcome, times=_times)


class _RemembersLast(Service):
    """Remembers the last orders only."""

    size: ClassVar[int]

    def begin(self) -> None:
        self.last: list[tuple[str, int]] = []

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        key = self.key(order, request)
        if key in self.last:
            return False
        self.last = [*self.last, key][-self.size :]
        return self.orders.add(record[self.ref_field], f"{key[0]}\0{uuid.uuid4()}", key[1], b"{}")


for _size in (1, 2, 5, 10):
    _lie = f"Remembers the last {_size} orders." if _size > 1 else "Remembers the last order only."
    _breaks = _ANY if _size == 1 else ("create/409/duplicate/after-*",)
    of_row(SERVERS, _RemembersLast, f"remembers {_size}", _lie, _breaks, size=_size)


class _ForgetsInTime(Service):
    """Remembers orders for some time only."""

    seconds: ClassVar[float]

    def begin(self) -> None:
        self.stored: dict[tuple[str, int], datetime] = {}

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        key, now = super().key(order, request), self.clock()
        if key in self.stored and now - self.stored[key] < timedelta(seconds=self.seconds):
            return False
        self.stored[key] = now
        return self.orders.add(record[self.ref_field], f"{key[0]}\0{uuid.uuid4()}", key[1], b"{}")


for _seconds in (1, 1.5):
    _lie = f"Remembers orders for {_seconds} seconds."
    _breaks = ("create/409/duplicate/after-pause",)
    of_row(SERVERS, _ForgetsInTime, f"remembers for {int(_seconds * 1000)} ms", _lie, _breaks, seconds=_seconds)


@SERVERS.add
class RemembersEverySecond(_Forgets):
    """Remembers every second order only."""

    breaks = _ANY

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        self.era += self.count % 2
        self.count += 1
        return super().key(order, request)


@SERVERS.add
class TakesEveryThirdRepeat(Service):
    """Refuses two repeats of an order, and takes the third."""

    breaks = _ANY

    def begin(self) -> None:
        self.repeats: dict[tuple[str, int], int] = {}

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        seen = self.repeats[reference, instant] = self.repeats.get((reference, instant), -1) + 1
        return f"{reference}\0{seen // 3}", instant


class _SomeOnly(Service):
    """Looks for conflicts with some orders only."""

    looks: ClassVar[Callable[[Mapping[str, Any]], bool]]

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return (reference if type(self).looks(order) else f"{reference}\0{uuid.uuid4()}"), instant


_SOME: Mapping[str, tuple[Callable[[Mapping[str, Any]], bool], str]] = {
    "DuplicatesOfPurchasesOnly": (
        lambda order: order.get("status") == "PURCHASED",
        "Looks for conflicts of purchases only.",
    ),
    "DuplicatesOfPaidOnly": (
        lambda order: bool(order.get("paymentType")),
        "Looks for conflicts of orders with a type of payment only.",
    ),
    "DuplicatesOfCompleteOnly": (
        lambda order: len(order) > 4,
        "Looks for conflicts of orders with optional fields only.",
    ),
    "DuplicatesInUtcOnly": (
        lambda order: order["orderedAt"].endswith("Z"),
        "Looks for conflicts of instants in UTC only.",
    ),
    "DuplicatesOfPricedOnly": (
        lambda order: bool(order["price"]),
        "Looks for conflicts of orders that are not free only.",
    ),
    "DuplicatesOfRunningOnly": (
        lambda order: order.get("status") not in {"CANCELLED", "REFUNDED", "DECLINED"},
        "Looks for conflicts of orders only that may still be paid.",
    ),
    "DuplicatesInWholeSecondsOnly": (
        lambda order: "." not in order["orderedAt"],
        "Looks for conflicts of instants without a fraction only.",
    ),
}
for _name, (_looks, _lie) in _SOME.items():
    of_row(SERVERS, _SomeOnly, _name, _lie, _ANY, looks=staticmethod(_looks))
