"""Telling which part of a refused order, or which circumstance of a repeat that was taken, is to blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_conformance.harness.diagnosis.reduce import fewest
from orders_conformance.harness.json_body import sendable
from orders_conformance.mock.service import FieldProblem, ServerRequest, ServerResponse, Service
from tests.support.runs import blamed

ITEMS = st.lists(st.sampled_from("abcdefghijkl"), min_size=1, unique=True)


@given(ITEMS, st.data())
def test_exactly_what_is_needed_is_found(items: list[str], data: st.DataObject) -> None:
    needed = data.draw(st.sets(st.sampled_from(items), min_size=1))
    found = fewest(items, lambda part: needed <= set(part))
    assert sorted(found) == sorted(needed)


@given(ITEMS, st.data())
def test_of_several_reasons_one_is_found_whole(items: list[str], data: st.DataObject) -> None:
    reasons = data.draw(st.lists(st.sets(st.sampled_from(items), min_size=1), min_size=1, max_size=4))

    def fails(part: Sequence[str]) -> bool:
        return any(reason <= set(part) for reason in reasons)

    found = fewest(items, fails)
    assert fails(found)
    assert not any(fails([other for other in found if other != one]) for one in found)


@given(ITEMS, st.data())
def test_few_questions_are_asked(items: list[str], data: st.DataObject) -> None:
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


class Refusing(Service):
    """Refuses orders that are valid."""

    def refuses(self, order: Mapping[str, Any]) -> str | None:
        """Name the field that is refused, if any."""
        raise NotImplementedError

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        """Find what is wrong, and what is not."""
        found = super().problems(order)
        name = None if found else self.refuses(order)
        return (FieldProblem(name, "is not allowed"),) if name else found


class RefusesOneValue(Refusing):
    """Does not know one of the documented channels."""

    def refuses(self, order: Mapping[str, Any]) -> str | None:
        return "channel" if order.get("channel") == "GDS" else None


class RefusesOneCombination(Refusing):
    """Refuses a channel together with a status, though it takes each of them."""

    def refuses(self, order: Mapping[str, Any]) -> str | None:
        return "channel" if (order.get("channel"), order.get("status")) == ("OTA", "PENDING") else None


class RequiresAnOptionalField(Refusing):
    """Requires the point of sale."""

    def refuses(self, order: Mapping[str, Any]) -> str | None:
        return None if "pointOfSale" in order else "pointOfSale"


class RefusesAmountsWithCents(Refusing):
    """Takes whole amounts only."""

    def refuses(self, order: Mapping[str, Any]) -> str | None:
        return "price" if order["price"] % 1 else None


class RefusesOffsets(Refusing):
    """Takes the time of the order in UTC only."""

    def refuses(self, order: Mapping[str, Any]) -> str | None:
        return None if order["orderedAt"].endswith("Z") else "orderedAt"


class ForgetsAfterRefusal(Service):
    """Forgets its orders whenever it refuses a request as invalid."""

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
    """Counts the price to what makes an order the same order."""

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return f"{reference}/{order['price']}", instant


class KeyByConnection(Service):
    """Only knows the orders that came by the same connection."""

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        reference, instant = super().key(order, request)
        return f"{request.connection}/{reference}", instant


class KeyTooNarrow(Service):
    """Takes the reference alone for what makes an order the same order."""

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        return super().key(order, request)[0], 0


class KeepsRefusedKeys(Service):
    """Takes note of an order before it is validated."""

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
        (RefusesOneValue, "request/channel/enum/GDS"),
        (RefusesOneCombination, "request/combinations"),
        (RequiresAnOptionalField, "request/pointOfSale/optional"),
        (RefusesAmountsWithCents, "request/price/accept"),
        (RefusesOffsets, "request/orderedAt/offset"),
        (ForgetsAfterRefusal, "409/duplicate/after-refusal"),
        (KeyTooWide, "409/duplicate/other-fields"),
        (KeyTooNarrow, "409/recycled-reference"),
        (KeepsRefusedKeys, "400/stores-nothing"),
    ],
)
def test_exactly_the_requirement_that_is_broken_is_blamed(kind: type[Service], requirement: str) -> None:
    assert blamed(kind) == {requirement}


def test_all_requirements_that_are_broken_for_one_reason_are_blamed() -> None:
    assert blamed(KeyByConnection) == {"409/duplicate/other-connection", "409/duplicate/concurrent"}


class KnowsRepeatsInUtcOnly(Service):
    """Sees that an order exists only where its instant is written in UTC."""

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        return super().store(order, record, request) or not order[self.instant_field].endswith("Z")


def test_an_order_of_which_every_repeat_is_taken_needs_no_circumstance() -> None:
    assert blamed(KnowsRepeatsInUtcOnly) == {"409/duplicate"}


class StumblesAfterConflict(Service):
    """Breaks down at the first order after a conflict, whatever that order is."""

    def set_up(self) -> None:
        self.stumbles = False

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        if response.status == self.statuses["created"] and self.stumbles:
            self.stumbles = False
            return ServerResponse(500, self.headers("rejected"), b"{}")
        self.stumbles = self.stumbles or response.status == self.statuses["conflict"]
        return response


def test_a_server_that_fails_now_and_then_is_not_blamed_for_what_it_had_in_hands() -> None:
    assert blamed(StumblesAfterConflict) == {"201/http-status", "any/no-5xx"}
