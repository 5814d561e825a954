"""Faults in which orders are checked for duplicates, and for how long."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()

_ANY = ("create/409/duplicate*",)


class _Forgets(Service):
    """Forgets stored orders: each generation of keys is compared with itself only."""

    def set_up(self) -> None:
        self.generation = 0
        self.count = 0

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return f"{reference}\0{self.generation}", instant


class _ForgetsAfterOutcome(_Forgets):
    """Forgets all orders after a number of responses with one status."""

    outcome: ClassVar[str]
    times: ClassVar[int] = 1

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        self.count += response.status == self.statuses[self.outcome]
        if self.count == self.times:
            self.count = 0
            self.generation += 1
        return response


_OUTCOMES: Mapping[str, tuple[str, int, str, tuple[str, ...]]] = {
    "ForgetsAfterRefusal": (
        "rejected",
        1,
        "Forgets all orders after a 400 response.",
        ("create/409/duplicate/after-*",),
    ),
    "ForgetsAfterStranger": (
        "unauthorized",
        1,
        "Forgets all orders after a 401 response.",
        ("create/409/duplicate/after-*",),
    ),
    "ForgetsAfterConflict": ("conflict", 1, "Forgets all orders after a 409 response.", _ANY),
    "ForgetsAfterTwoConflicts": ("conflict", 2, "Forgets all orders after two 409 responses.", _ANY),
}
for _name, (_outcome, _times, _doc, _breaks) in _OUTCOMES.items():
    add_server(SERVERS, _ForgetsAfterOutcome, _name, _doc, _breaks, outcome=_outcome, times=_times)


class _RemembersLast(Service):
    """Compares with the last orders only."""

    size: ClassVar[int]

    def set_up(self) -> None:
        self.last: list[tuple[str, int]] = []

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        key = self.key(order, request)
        if key in self.last:
            return False
        self.last = [*self.last, key][-self.size :]
        return self.orders.add(record[self.ref_field], f"{key[0]}\0{uuid.uuid4()}", key[1], b"{}")


for _size in (1, 2, 5, 10):
    _doc = (
        f"Detects duplicates of the last {_size} orders only."
        if _size > 1
        else "Detects duplicates of the last order only."
    )
    _breaks = _ANY if _size == 1 else ("create/409/duplicate/after-*",)
    add_server(SERVERS, _RemembersLast, f"remembers {_size}", _doc, _breaks, size=_size)


class _ForgetsInTime(Service):
    """Detects duplicates for some time only."""

    seconds: ClassVar[float]

    def set_up(self) -> None:
        self.stored: dict[tuple[str, int], datetime] = {}

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        key, now = super().key(order, request), self.clock()
        if key in self.stored and now - self.stored[key] < timedelta(seconds=self.seconds):
            return False
        self.stored[key] = now
        return self.orders.add(record[self.ref_field], f"{key[0]}\0{uuid.uuid4()}", key[1], b"{}")


for _seconds in (1, 1.5):
    _doc = f"Detects duplicates for {_seconds} seconds only."
    _breaks = ("create/409/duplicate/after-pause",)
    add_server(SERVERS, _ForgetsInTime, f"remembers for {int(_seconds * 1000)} ms", _doc, _breaks, seconds=_seconds)


@SERVERS.add
class KnowsOrdersLate(Service):
    """Does not find an order for 200 milliseconds after it was created, so that repeats are accepted until then."""

    breaks = _ANY
    delay: ClassVar[timedelta] = timedelta(milliseconds=200)

    def set_up(self) -> None:
        self.since: dict[tuple[str, int], list[datetime]] = {}

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        reference, instant = key = self.key(order, request)
        stored = self.since.setdefault(key, [])
        if any(self.clock() - at >= self.delay for at in stored):
            return False
        stored.append(self.clock())
        # The table has one order for each instant: the copies are a microsecond apart.
        return self.orders.add(record[self.ref_field], reference, instant + len(stored), write_json(record).encode())


@SERVERS.add
class RemembersEverySecond(_Forgets):
    """Detects duplicates of every second order only."""

    breaks = _ANY

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        self.generation += self.count % 2
        self.count += 1
        return super().key(order, request)


@SERVERS.add
class TakesEveryThirdRepeat(Service):
    """Rejects two repeats of an order, and accepts the third."""

    breaks = _ANY

    def set_up(self) -> None:
        self.repeats: dict[tuple[str, int], int] = {}

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        seen = self.repeats[reference, instant] = self.repeats.get((reference, instant), -1) + 1
        return f"{reference}\0{seen // 3}", instant


class _ChecksSomeOnly(Service):
    """Detects duplicates of some orders only."""

    checks: ClassVar[Callable[[Mapping[str, Any]], bool]]

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return (reference if type(self).checks(order) else f"{reference}\0{uuid.uuid4()}"), instant


_SOME: Mapping[str, tuple[Callable[[Mapping[str, Any]], bool], str]] = {
    "DuplicatesOfPurchasesOnly": (
        lambda order: order.get("status") == "PURCHASED",
        "Detects duplicates of orders with status PURCHASED only.",
    ),
    "DuplicatesOfPaidOnly": (
        lambda order: bool(order.get("paymentType")),
        "Detects duplicates of orders with paymentType only.",
    ),
    "DuplicatesOfCompleteOnly": (
        lambda order: len(order) > 4,
        "Detects duplicates of orders with optional fields only.",
    ),
    "DuplicatesInUtcOnly": (
        lambda order: order["orderedAt"].endswith("Z"),
        "Detects duplicates of orders with orderedAt in UTC only.",
    ),
    "DuplicatesOfPricedOnly": (
        lambda order: bool(order["price"]),
        "Detects duplicates of orders with a price above zero only.",
    ),
    "DuplicatesOfRunningOnly": (
        lambda order: order.get("status") not in {"CANCELLED", "REFUNDED", "DECLINED"},
        "Detects no duplicates of orders with status CANCELLED, REFUNDED or DECLINED.",
    ),
    "DuplicatesInWholeSecondsOnly": (
        lambda order: "." not in order["orderedAt"],
        "Detects duplicates of orders with orderedAt in whole seconds only.",
    ),
}
for _name, (_checks, _doc) in _SOME.items():
    add_server(SERVERS, _ChecksSomeOnly, _name, _doc, _ANY, checks=staticmethod(_checks))
