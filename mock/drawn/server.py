"""The server of a behaviour: the embedded service with every choice of `Behaviour` made."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.instants import read_instant
from orders_conformance.mock.drawn.reading import read_body
from orders_conformance.mock.drawn.records import Recording
from orders_conformance.mock.drawn.transient_failures import TransientFailures
from orders_conformance.mock.drawn.validation import Validating
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.rejection import Rejection
from orders_conformance.mock.service import ServerRequest, ServerResponse
from orders_conformance.spec.contract import Contract

_SECOND = 1_000_000
_LOCKED = timedelta(minutes=15)


class _TooLarge(Rejection):
    """The body is too large."""


class DrawnServer(Validating, Recording):
    """A conformant server that makes the choices of a behaviour.

    Attributes:
        behaviour: the choices.

    """

    behaviour: ClassVar[Behaviour] = Behaviour()

    def __init__(self, contract: Contract, **settings: Any) -> None:
        """Open the service; settings as for `Service`."""
        self._failures = TransientFailures(self.behaviour)
        self._storing = threading.Lock()
        self._wrong_in_a_row = 0
        self._last_wrong = datetime.min.replace(tzinfo=UTC)
        super().__init__(contract, **settings)

    # Processing of a request.

    def handle(self, request: ServerRequest) -> ServerResponse:
        return self._failures.before(self.clock()) or self._failures.after(super().handle(request))

    def process(self, request: ServerRequest) -> ServerResponse:
        chosen = self.behaviour
        self.route(request)
        if request.method != "POST":
            self.authenticate(request)
            return self.find_or_remove(request)
        if chosen.media_type_checked == "before credentials":
            self.check_media_type(request)
        if chosen.credentials_checked == "first":
            self.authenticate(request)
        if chosen.media_type_checked == "before the body":
            self.check_media_type(request)
        order = self.decode(request)
        if chosen.credentials_checked == "after the body":
            self.check(self.normalise(dict(order)))
            self.authenticate(request)
        if chosen.media_type_checked == "after the body":
            self.check_media_type(request)
        return self.create(order, request)

    def authenticate(self, request: ServerRequest) -> None:
        """Check the credentials.

        Raises:
            Rejection: they are wrong.

        """
        if not self.is_authenticated(request):
            raise Rejection(outcome="unauthorized")

    def check_media_type(self, request: ServerRequest) -> None:
        """Check the media type.

        Raises:
            Rejection: it is not JSON.

        """
        if not self.accepts_media_type(request):
            raise Rejection(outcome="media_type", message="The body must be application/json.")

    def is_authenticated(self, request: ServerRequest) -> bool:
        if self.clock() - self._last_wrong > _LOCKED:
            self._wrong_in_a_row = 0
        if self.behaviour.locked_after and self._wrong_in_a_row >= self.behaviour.locked_after:
            return False
        if super().is_authenticated(request):
            self._wrong_in_a_row = 0
            return True
        self._wrong_in_a_row += 1
        self._last_wrong = self.clock()
        return False

    # Reading of the body.

    def accepts_media_type(self, request: ServerRequest) -> bool:
        named = request.header("Content-Type")
        if named is None:
            return self.behaviour.missing_media_type_accepted
        essence, _, parameters = named.partition(";")
        if self.behaviour.charsets == "UTF-8 only":
            charset = re.search(r"charset\s*=\s*\"?([^\";\s]*)", parameters, re.IGNORECASE)
            if charset and charset[1].lower() not in {"utf-8", "utf8"}:
                return False
        suffixed = self.behaviour.json_suffix_accepted and essence.strip().lower().endswith("+json")
        return suffixed or super().accepts_media_type(request)

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        if len(request.body) > self.behaviour.largest_body:
            raise _TooLarge(outcome="rejected", message="The body is too long.")
        return super().decode(request)

    def read(self, content: bytes) -> Any:
        return read_body(content, self.behaviour)

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        fields = self.contract.fields
        unknown = [name for name in order if name not in fields]
        if unknown and self.behaviour.unknown_properties == "rejected":
            raise Rejection(outcome="rejected", message=f"{unknown[0]}: is not known.")
        if self.behaviour.null == "rejected":
            return {name: value for name, value in order.items() if name in fields}
        return super().normalise(order)

    # Storage and duplicates.

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if self.behaviour.duplicates_before_validation:
            known = self.normalise(dict(order))
            if self.has_key(known) and self.is_duplicate(known, request):
                raise self.conflict(known)
        return super().create(order, request)

    def has_key(self, order: Mapping[str, Any]) -> bool:
        fields = self.contract.fields
        return not any(self.problem(fields[name], order) for name in (self.reference_field, self.instant_field))

    def microseconds(self, order: Mapping[str, Any]) -> int:
        instant = read_instant(order[self.instant_field])
        return instant.microseconds if instant else 0

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference = order[self.reference_field].encode("utf-8", "backslashreplace").decode()
        if self.behaviour.reference_compared == "in any case":
            reference = reference.casefold()
        if self.behaviour.duplicates_by_text:
            reference += f"\n{order[self.instant_field]}"
        return reference, self.microseconds(order)

    def is_duplicate(self, order: Mapping[str, Any], request: ServerRequest) -> bool:
        """Return whether there is an order with the key of this one, or within the window."""
        reference, instant = self.key(order, request)
        return any(self.are_near(instant, other) for other in self.orders.instants(reference))

    def are_near(self, one: int, other: int) -> bool:
        """Return whether two instants, in microseconds since 1970, are the same or within the window."""
        cut = self.behaviour.window_cut_to * _SECOND
        return abs(one - other) <= self.behaviour.window * _SECOND or bool(cut and one // cut == other // cut)

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        reference, instant = self.key(order, request)
        content = write_json(record).encode("utf-8", "backslashreplace")
        with self._storing:
            return not self.is_duplicate(order, request) and self.orders.add(
                record[self.ref_field], reference, instant, content
            )

    # Responses.

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        chosen = self.behaviour
        if isinstance(rejection, _TooLarge) and chosen.large_body_status != self.statuses["rejected"]:
            return ServerResponse(chosen.large_body_status, (("Content-Type", "text/plain"),), b"too large")
        if rejection.outcome == "media_type" and chosen.media_type_rejection == "400":
            rejection = Rejection("rejected", rejection.message)
        if rejection.outcome == "media_type" and chosen.media_type_rejection.endswith("without body"):
            return ServerResponse(self.statuses["media_type"], (("Accept", "application/json"),))
        return super().reject(rejection, request)
