"""Faults in what is answered to a repeat, in what a refusal leaves behind, and in races."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import of_row
from orders_conformance.mock.json_text import read_json
from orders_conformance.mock.service import Rejection, ServerRequest, ServerResponse, Service
from orders_conformance.spec.date_time import parse

SERVERS = Catalogue()

_ANY = ("create/409/duplicate*",)


class _AnswersConflict(Service):
    """Answers something else to a repeat."""

    status: ClassVar[int]

    def refuse(self, refusal: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().refuse(refusal, request)
        return replace(response, status=self.status) if refusal.outcome == "conflict" else response


for _status in (403, 404, 412, 422):
    _lie = f"Answers {_status} to a repeat."
    of_row(SERVERS, _AnswersConflict, f"conflict as {_status}", _lie, ("create/409/http-status",), status=_status)
of_row(SERVERS, _AnswersConflict, "conflict as 500", "Fails on a repeat.", ("create/any/no-5xx",), status=500)
of_row(
    SERVERS,
    _AnswersConflict,
    "conflict as 200",
    "Answers 200 to a repeat, with the body of a conflict.",
    _ANY,
    status=200,
)


@SERVERS.add
class ConflictAs400(Service):
    """Answers 400 to a repeat."""

    breaks = ("create/409/http-status",)

    def conflict(self, order: Mapping[str, Any]) -> Rejection:
        return Rejection("rejected", f"{self.reference_field}: exists.")


class _Idempotent(Service):
    """Answers a repeat with the order that exists."""

    status: ClassVar[int]

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        try:
            return super().create(order, request)
        except Rejection as refusal:
            if refusal.outcome != "conflict":
                raise
            instant = order[self.instant_field]
            known = map(read_json, self.orders.by_reference(order[self.reference_field]))
            record = next(record for record in known if parse(record[self.instant_field]) == parse(instant))
            return replace(self.respond("created", record, request), status=self.status)


of_row(SERVERS, _Idempotent, "existing with 200", "Answers 200 and the existing order to a repeat.", _ANY, status=200)
of_row(
    SERVERS,
    _Idempotent,
    "existing with 201",
    "Answers 201 and the existing order to a repeat.",
    (*_ANY, "create/201/ref/unique", "create/201/href/unique", "create/201/*/*"),
    status=201,
)


@SERVERS.add
class UpdatesOnRepeat(Service):
    """Replaces the order that exists by the one that repeats it."""

    breaks = _ANY

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        if not super().store(order, record, request):
            for stored in self.orders.by_reference(order[self.reference_field]):
                self.orders.remove(read_json(stored)[self.ref_field])
            return super().store(order, record, request)
        return True


@SERVERS.add
class ReservesRefused(Service):
    """Keeps the key of an order that it refuses."""

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
    """Keeps the key of an order that it refuses for the last of its checks, those of lists of values."""

    breaks = ("create/400/stores-nothing",)

    def check(self, order: Mapping[str, Any]) -> None:
        try:
            super().check(order)
        except Rejection as refusal:
            if "must be one of" in refusal.message and self.has_key(order):
                self.orders.add(str(uuid.uuid4()), *self.key(order, ServerRequest("POST", "", (), b"")), b"{}")
            raise


@SERVERS.add
class FreesKeyOfRefused(Service):
    """Forgets an order when its key comes with an order that is refused."""

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
    """Keeps the reference of an order that it refuses."""

    breaks = ("create/400/stores-nothing", "create/409/only-duplicates")

    def begin(self) -> None:
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
    """Creates an order whose media type it refuses."""

    breaks = ("create/400/stores-nothing",)

    def takes_media_type(self, request: ServerRequest) -> bool:
        taken = super().takes_media_type(request)
        if not taken:
            try:
                self.create(self.decode(request), request)
            except Rejection:
                return False
        return taken


@SERVERS.add
class ConflictAfterConflict(Service):
    """Answers 409 to the order that follows a conflict too."""

    breaks = ("create/409/only-duplicates",)

    def begin(self) -> None:
        self.conflicting = False

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        before, self.conflicting = self.conflicting, False
        if before:
            return False
        self.conflicting = not super().store(order, record, request)
        return not self.conflicting


class _NamesOther(Service):
    """Does not name the reference in a conflict."""

    words: ClassVar[Callable[[str], str]]

    def conflict(self, order: Mapping[str, Any]) -> Rejection:
        return Rejection("conflict", developer_message=type(self).words(order[self.reference_field]))


for _name, (_words, _lie) in {
    "ConflictWithoutReference": (lambda _reference: "Conflict.", "Says of a conflict that it is one, and no more."),
    "ConflictWithOtherReference": (
        lambda _reference: "Order AAA-9999 exists.",
        "Names the same reference in every conflict.",
    ),
    "ConflictWithPartOfReference": (
        lambda reference: f"Order {reference[:-1]} exists.",
        "Names a part of the reference in a conflict.",
    ),
}.items():
    of_row(SERVERS, _NamesOther, _name, _lie, ("create/409/message/names-reference",), words=staticmethod(_words))


@SERVERS.add
class ChecksBeforeItActs(Service):
    """Looks whether an order exists, thinks for a moment, and then stores it."""

    breaks = ("create/409/duplicate/concurrent",)
    wire = True

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        reference, instant = self.key(order, request)
        with self._lock:
            if (reference, instant) in self._stored:
                return False
        # The window of the race: an event that nobody sets, so that other threads run meanwhile.
        threading.Event().wait(0.02)
        with self._lock:
            self._stored.add((reference, instant))
        return self.orders.add(record[self.ref_field], f"{reference}\0{uuid.uuid4()}", instant, b"{}")

    def begin(self) -> None:
        self._lock = threading.Lock()
        self._stored: set[tuple[str, int]] = set()


@SERVERS.add
class LetsRacersShare(Service):
    """Answers the same created order to all that send it while it is being stored."""

    breaks = ("create/409/duplicate/concurrent", "create/201/ref/unique", "create/201/href/unique")
    wire = True

    def begin(self) -> None:
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
