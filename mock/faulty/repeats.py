"""Faults in responses to duplicates, in what a rejected order leaves behind, and in concurrent requests."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.json_text import read_json
from orders_conformance.mock.service import Rejection, ServerRequest, ServerResponse, Service
from orders_conformance.spec.date_time import parse

SERVERS = Catalogue()

_ANY = ("create/409/duplicate*",)


class _ConflictStatus(Service):
    """Responds with another status to a duplicate."""

    status: ClassVar[int]

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        return replace(response, status=self.status) if rejection.outcome == "conflict" else response


for _status in (403, 404, 412, 422):
    _doc = f"Responds with {_status} to a duplicate."
    add_server(SERVERS, _ConflictStatus, f"conflict as {_status}", _doc, ("create/409/http-status",), status=_status)
add_server(
    SERVERS, _ConflictStatus, "conflict as 500", "Responds with 500 to a duplicate.", ("create/any/no-5xx",), status=500
)
add_server(
    SERVERS,
    _ConflictStatus,
    "conflict as 200",
    "Responds with 200 and the body of a 409 response to a duplicate.",
    _ANY,
    status=200,
)


@SERVERS.add
class ConflictAs400(Service):
    """Responds with 400 to a duplicate."""

    breaks = ("create/409/http-status",)

    def conflict(self, order: Mapping[str, Any]) -> Rejection:
        return Rejection("rejected", f"{self.reference_field}: exists.")


class _Idempotent(Service):
    """Returns the existing order for a duplicate."""

    status: ClassVar[int]

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        try:
            return super().create(order, request)
        except Rejection as rejection:
            if rejection.outcome != "conflict":
                raise
            instant = order[self.instant_field]
            known = map(read_json, self.orders.by_reference(self.key(order, request)[0]))
            same = (record for record in known if parse(record[self.instant_field]) == parse(instant))
            record = next(same, None)
            # A server that finds duplicates in another way may have none of the same instant.
            if record is None:
                raise
            return replace(self.respond("created", record, request), status=self.status)


add_server(
    SERVERS,
    _Idempotent,
    "existing with 200",
    "Responds with 200 and the existing order to a duplicate.",
    _ANY,
    status=200,
)
add_server(
    SERVERS,
    _Idempotent,
    "existing with 201",
    "Responds with 201 and the existing order to a duplicate.",
    (*_ANY, "create/201/ref/unique", "create/201/href/unique", "create/201/*/*"),
    status=201,
)


@SERVERS.add
class UpdatesOnRepeat(Service):
    """Replaces the existing order by the duplicate."""

    breaks = _ANY

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        if not super().store(order, record, request):
            for stored in self.orders.by_reference(order[self.reference_field]):
                self.orders.remove(read_json(stored)[self.ref_field])
            return super().store(order, record, request)
        return True


@SERVERS.add
class ReservesRefused(Service):
    """Reserves the key of an order that it rejects."""

    breaks = ("create/400/stores-nothing",)

    def check(self, order: Mapping[str, Any]) -> None:
        try:
            super().check(order)
        except Rejection:
            if self.has_key(order):
                self.orders.add(str(uuid.uuid4()), *self.key(order, ServerRequest("POST", "", (), b"")), b"{}")
            raise


@SERVERS.add
class ReservesNearlyRight(Service):
    """Reserves the key of an order that it rejects for an enum value."""

    breaks = ("create/400/stores-nothing",)

    def check(self, order: Mapping[str, Any]) -> None:
        try:
            super().check(order)
        except Rejection as rejection:
            if "must be one of" in rejection.message and self.has_key(order):
                self.orders.add(str(uuid.uuid4()), *self.key(order, ServerRequest("POST", "", (), b"")), b"{}")
            raise


@SERVERS.add
class FreesKeyOfRefused(Service):
    """Removes an order when an order with its key is rejected."""

    breaks = ("create/409/duplicate/after-refusal",)

    def check(self, order: Mapping[str, Any]) -> None:
        try:
            super().check(order)
        except Rejection:
            for record in self.orders.by_reference(order[self.reference_field]) if self.has_key(order) else ():
                self.orders.remove(read_json(record)[self.ref_field])
            raise


@SERVERS.add
class ReservesReferenceOfRefused(Service):
    """Reserves the reference of an order that it rejects."""

    breaks = ("create/400/stores-nothing",)

    def set_up(self) -> None:
        self.reserved: set[str] = set()

    def check(self, order: Mapping[str, Any]) -> None:
        reference = order.get(self.reference_field)
        try:
            super().check(order)
        except Rejection:
            self.reserved |= {reference} if isinstance(reference, str) else set()
            raise
        if reference in self.reserved:
            raise self.conflict(order)


@SERVERS.add
class StoresForOtherMediaTypes(Service):
    """Creates an order whose media type it rejects."""

    breaks = ("create/400/stores-nothing",)

    def accepts_media_type(self, request: ServerRequest) -> bool:
        accepted = super().accepts_media_type(request)
        if not accepted:
            try:
                self.create(self.decode(request), request)
            except Rejection:
                return False
        return accepted


@SERVERS.add
class ConflictAfterConflict(Service):
    """Responds with 409 to the order after a duplicate too."""

    breaks = ("create/409/only-duplicates",)

    def set_up(self) -> None:
        self.conflicting = False

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        before, self.conflicting = self.conflicting, False
        if before:
            return False
        self.conflicting = not super().store(order, record, request)
        return not self.conflicting


class _NamesOther(Service):
    """Writes conflict messages that do not name the reference."""

    write_message: ClassVar[Callable[[str], str]]

    def conflict(self, order: Mapping[str, Any]) -> Rejection:
        return Rejection("conflict", developer_message=type(self).write_message(order[self.reference_field]))


for _name, (_write_message, _doc) in {
    "ConflictWithoutReference": (lambda _reference: "Conflict.", 'Writes the message "Conflict." only.'),
    "ConflictWithOtherReference": (
        lambda _reference: "Order AAA-9999 exists.",
        "Names the same reference in every conflict message.",
    ),
    "ConflictWithPartOfReference": (
        lambda reference: f"Order {reference[:-1]} exists.",
        "Names a part of the reference in conflict messages.",
    ),
}.items():
    add_server(
        SERVERS,
        _NamesOther,
        _name,
        _doc,
        ("create/409/message/names-reference",),
        write_message=staticmethod(_write_message),
    )


@SERVERS.add
class ChecksBeforeItActs(Service):
    """Checks for a duplicate, waits, and then stores the order."""

    breaks = ("create/409/duplicate/concurrent",)
    wire = True

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        reference, instant = self.key(order, request)
        with self._lock:
            if (reference, instant) in self._stored:
                return False
        # The window of the race condition, 20 ms: waiting for an event that is never set lets other threads run.
        threading.Event().wait(0.02)
        with self._lock:
            self._stored.add((reference, instant))
        return self.orders.add(record[self.ref_field], f"{reference}\0{uuid.uuid4()}", instant, b"{}")

    def set_up(self) -> None:
        self._lock = threading.Lock()
        self._stored: set[tuple[str, int]] = set()


@SERVERS.add
class LetsRacersShare(Service):
    """Responds with 201 and the same order to all concurrent duplicates."""

    breaks = ("create/409/duplicate/concurrent", "create/201/ref/unique", "create/201/href/unique")
    wire = True

    def set_up(self) -> None:
        self._lock = threading.Lock()
        self._storing: dict[tuple[str, int], Mapping[str, Any]] = {}

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        order = self.normalise(order)
        self.check(order)
        key = self.key(order, request)
        with self._lock:
            shared = self._storing.get(key)
            record = shared or self.created(order, request)
            if shared is None:
                if not self.store(order, record, request):
                    raise self.conflict(order)
                self._storing[key] = record
        threading.Event().wait(0.02)
        with self._lock:
            self._storing.pop(key, None)
        return self.respond("created", dict(record), request)
