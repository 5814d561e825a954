"""Find the cause of a rejected valid order, of an accepted repeat and of a needless conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.harness.diagnosis.reduce import fewest
from orders_conformance.harness.messages.json_body import sendable
from orders_conformance.mock.service import FieldProblem, ServerRequest, ServerResponse, Service
from tests.support.runs import blamed

ITEMS = st.lists(st.sampled_from("abcdefghijkl"), min_size=1, unique=True)


@given(ITEMS, st.data())
def test_exactly_the_needed_items_are_found(items: list[str], data: st.DataObject) -> None:
    needed = data.draw(st.sets(st.sampled_from(items), min_size=1))
    found = fewest(items, lambda part: needed <= set(part))
    assert sorted(found) == sorted(needed)


@given(ITEMS, st.data())
def test_one_of_several_causes_is_found_completely(items: list[str], data: st.DataObject) -> None:
    reasons = data.draw(st.lists(st.sets(st.sampled_from(items), min_size=1), min_size=1, max_size=4))

    def fails(part: Sequence[str]) -> bool:
        return any(reason <= set(part) for reason in reasons)

    found = fewest(items, fails)
    assert fails(found)
    assert not any(fails([other for other in found if other != one]) for one in found)


@given(ITEMS, st.data())
def test_few_calls_are_made(items: list[str], data: st.DataObject) -> None:
    needed = data.draw(st.sets(st.sampled_from(items), min_size=1))
    asked = 0

    def fails(part: Sequence[str]) -> bool:
        nonlocal asked
        asked += 1
        return needed <= set(part)

    fewest(items, fails)
    assert asked <= len(needed) * (len(items).bit_length() + 1)


def test_decimals_can_be_sent_again() -> None:
    order = {"price": Decimal("30.6"), "list": [Decimal(50), {"deep": Decimal("5e1")}], "text": "1.5", "null": None}
    assert sendable(order) == {"price": 30.6, "list": [50, {"deep": 50}], "text": "1.5", "null": None}


class RejectsValid(Service):
    """Rejects valid orders."""

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        """Return the field to reject the order for, or None."""
        raise NotImplementedError

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        """Return the problems of an order, and one for the rejected field."""
        found = super().problems(order)
        name = None if found else self.field_to_reject(order)
        return (FieldProblem(name, "is not allowed"),) if name else found


class RejectsOneValue(RejectsValid):
    """Rejects one of the documented channels."""

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        return "channel" if order.get("channel") == "GDS" else None


class RejectsOneCombination(RejectsValid):
    """Rejects a channel together with a status, but accepts each of them alone."""

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        return "channel" if (order.get("channel"), order.get("status")) == ("OTA", "PENDING") else None


class RequiresAnOptionalField(RejectsValid):
    """Requires the point of sale."""

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        return None if "pointOfSale" in order else "pointOfSale"


class RejectsAmountsWithCents(RejectsValid):
    """Accepts whole amounts only."""

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        return "price" if order["price"] % 1 else None


class RejectsOffsets(RejectsValid):
    """Accepts the time of the order in UTC only."""

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        return None if order["orderedAt"].endswith("Z") else "orderedAt"


class ForgetsAfterRejection(Service):
    """Forgets its orders when it rejects a request as invalid."""

    def set_up(self) -> None:
        self.broken_duplicate_rules = 0

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return f"{self.broken_duplicate_rules}/{reference}", instant

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        self.broken_duplicate_rules += response.status == self.statuses["rejected"]
        return response


class KeyTooWide(Service):
    """Regards the price as part of the key."""

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return f"{reference}/{order['price']}", instant


class KeyByConnection(Service):
    """Detects duplicates only on the same connection."""

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return f"{request.connection}/{reference}", instant


class KeyTooNarrow(Service):
    """Regards the reference alone as the key."""

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        return super().key(order, request)[0], 0


class KeepsRejectedKeys(Service):
    """Stores the key of an order before it validates the order."""

    def set_up(self) -> None:
        self.noted: set[tuple[str, int]] = set()

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        valid = not self.problems(self.normalise(order))
        if self.has_key(order) and self.key(order, request) in self.noted and valid:
            raise self.conflict(order)
        if self.has_key(order) and not valid:
            self.noted.add(self.key(order, request))
        return super().create(order, request)


@pytest.mark.parametrize(
    ("kind", "requirement"),
    [
        (RejectsOneValue, "request/channel/enum/GDS"),
        (RejectsOneCombination, "request/combinations"),
        (RequiresAnOptionalField, "request/pointOfSale/optional"),
        (RejectsAmountsWithCents, "request/price/accept"),
        (RejectsOffsets, "request/orderedAt/offset"),
        (ForgetsAfterRejection, "409/duplicate/after-refusal"),
        (KeyTooWide, "409/duplicate/other-fields"),
        (KeyTooNarrow, "409/recycled-reference"),
        (KeepsRejectedKeys, "400/stores-nothing"),
    ],
)
def test_exactly_the_broken_requirement_is_reported(kind: type[Service], requirement: str) -> None:
    assert blamed(kind) == {requirement}


def test_all_requirements_broken_for_one_reason_are_reported() -> None:
    assert blamed(KeyByConnection) == {"409/duplicate/other-connection", "409/duplicate/concurrent"}


class DetectsDuplicatesInUtcOnly(Service):
    """Detects duplicates only if the instant is in UTC."""

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        return super().store(order, record, request) or not order[self.instant_field].endswith("Z")


def test_if_every_repeat_of_an_order_is_accepted_no_circumstance_is_reported() -> None:
    assert blamed(DetectsDuplicatesInUtcOnly) == {"409/duplicate"}


class FailsAfterConflict(Service):
    """Creates the first order after a conflict, but responds 500."""

    def set_up(self) -> None:
        self.fails_next = False

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if response.status == self.statuses["created"] and self.fails_next:
            self.fails_next = False
            return ServerResponse(500, self.headers("rejected"), b"{}")
        self.fails_next = self.fails_next or response.status == self.statuses["conflict"]
        return response


def test_no_field_is_reported_for_a_server_that_fails_intermittently() -> None:
    assert blamed(FailsAfterConflict) == {"any/no-5xx"}


class RejectsTwoDates(Service):
    """Rejects createdAt beside another modifiedAt."""

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        created, modified = order.get("createdAt"), order.get("modifiedAt")
        differs = created is not None and modified is not None and created != modified
        found = super().problems(order)
        return found or ((FieldProblem("createdAt", "is not allowed"),) if differs else ())


def test_dates_that_are_rejected_together_only_break_one_requirement() -> None:
    assert blamed(RejectsTwoDates) == {"request/combinations"}
