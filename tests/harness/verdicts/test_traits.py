"""What the exchanges that broke a requirement have in common."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.harness.messages.exchange import Attempt, Request
from orders_conformance.harness.verdicts.traits import TraitCounts, traits
from tests.support.runs import CONTRACT, NOW, ORACLE, created, exchange, full, minimal, request

ORDER = minimal()
OFFSET = "2024-01-01T10:17:16+02:00"


def traits_of(sent: Request | dict[str, Any], *, repeat: bool = False, **details: Any) -> tuple[str, ...]:
    """Return the traits of an exchange."""
    asked = sent if isinstance(sent, Request) else request(sent)
    made = replace(exchange(asked, created(ORDER)), **details)
    return traits(made, ORACLE.classify(asked, NOW), CONTRACT, repeat=repeat)


@pytest.mark.parametrize(
    ("order", "trait"),
    [
        (minimal(orderedAt=OFFSET), "with an offset in orderedAt"),
        (minimal(orderedAt="2024-01-01T16:17:16.5Z"), "with a fraction of a second in orderedAt"),
        (minimal(orderedAt="2024-02-29T10:17:16Z"), "with 29 February in orderedAt"),
        (minimal(orderedAt="2024-01-01T01:17:16+05:30"), "with another day in UTC in orderedAt"),
        (minimal(orderedAt="2024-01-01T13:17:16Z"), "with 13 h or later in orderedAt"),
        (minimal(orderedAt="2024-01-01T10:17:16-08:00"), "with an offset west of UTC in orderedAt"),
        (minimal(orderedAt="2024-01-01T10:17:16-03:30"), "with an offset with minutes in orderedAt"),
        (minimal(orderedAt="2024-07-31T10:17:16Z"), "with a month from April to October in orderedAt"),
        (minimal(orderedAt="2024-01-12T10:17:16Z"), "with a day up to 12 in orderedAt"),
        (minimal(price=1.25), "with more than one decimal in price"),
        (minimal(orderedAt="soon"), "with another orderedAt than RFC 3339 allows"),
        (minimal(price=1.5), "with decimals in price"),
        (minimal(price=0), "with 0 as price"),
        (minimal(price=-3), "with a negative price"),
        (minimal(price=1e12), "with an unusual price"),
        (minimal(price="50"), "with a string as price"),
        (minimal(price="50.5"), "with a number as the text of price"),
        (minimal(price=True), "with a boolean as price"),
        (minimal(price=None), "with null as price"),
        (minimal(price=[1]), "with an array as price"),
        (minimal(price=...), "without price"),
        (minimal(channel="OTA"), "with channel OTA"),
        (minimal(channel="OTA"), "with channel"),
        (minimal(channel="ota"), "with a channel in other letter case"),
        (minimal(channel=" OTA "), "with blanks around a channel"),
        (minimal(channel="CALL-CENTER"), "with other separators in a channel"),
        (minimal(channel="NOWHERE"), "with an unknown channel"),
        (ORDER, "without channel"),
        (full(cardType="Größe"), "with letters outside ASCII in cardType"),
        (full(cardType=""), "with an empty cardType"),
        (full(cardType=" a"), "with a blank at an end of cardType"),
        (full(cardType="a  b"), "with two blanks inside cardType"),
        (full(cardType="x" * 101), "with more than 100 characters in cardType"),
        (full(cardType="a\tb"), "with control characters in cardType"),
        (minimal(colour="red"), "with an unknown or repeated property"),
    ],
    ids=str,
)
def test_an_order_has_a_trait(order: dict[str, Any], trait: str) -> None:
    assert trait in traits_of(order)


@pytest.mark.parametrize(
    ("sent", "details", "trait"),
    [
        (request(ORDER, "wrong-password"), {}, "with the right client key with another API token"),
        (request(ORDER, content_type="text/plain"), {}, "with a Content-Type other than JSON"),
        (request(ORDER, content_type=None), {}, "without Content-Type"),
        (request(b"{"), {}, "with a body that ends in the middle of a JSON document"),
        (request(ORDER), {"connection": "other"}, "on another connection than most"),
        (request(ORDER), {"group": "g1", "connection": "racer-1"}, "sent at once with others"),
        (request(ORDER), {"attempts": (Attempt(None, "dropped", 0.0),)}, "after a try without a response"),
        (request(ORDER), {"repeat": True}, "as a repeat"),
    ],
    ids=str,
)
def test_a_request_has_a_trait(sent: Request, details: dict[str, Any], trait: str) -> None:
    assert trait in traits_of(sent, **details)


def test_the_traits_of_a_plain_order_are_few() -> None:
    optional = [one.name for one in CONTRACT.fields.values() if not one.required]
    assert set(traits_of(minimal(orderedAt="2024-01-31T10:17:16Z"))) == {f"without {name}" for name in optional}


def counted(held: list[tuple[str, ...]], broken: list[tuple[str, ...]]) -> str | None:
    counts = TraitCounts()
    for kept, group in ((True, held), (False, broken)):
        for found in group:
            counts.add(found, held=kept)
    return counts.in_common(len(held), len(broken))


@pytest.mark.parametrize(
    ("held", "broken", "words"),
    [
        ([("a",)] * 10, [("a", "b")] * 3, "b"),
        ([("a",)] * 10, [("a", "b", "c")] * 3, "b and c"),
        ([("a",)] * 10, [("a", "b", "c", "d")] * 3, "b and c"),
        ([("a", "b"), *[("a",)] * 9], [("a", "b")] * 3, "b"),
        ([("a", "b"), *[("a",)] * 9], [("a", "b", "c")] * 3, "c"),
        ([("a", "b"), ("b",), *[("a",)] * 9], [("a", "b")] * 3, None),
        ([("a", "b"), *[("a",)] * 9], [("a", "b")] * 2, None),
        ([("a",)] * 10, [("a", "b")] * 2, "b"),
        ([("a",)] * 10, [("a", "b")] * 3 + [("a",)], None),
        ([("a",)] * 10, [("a", "b")], None),
        ([], [("a", "b")] * 3, None),
        ([("a",)] * 9, [()] * 3, None),
    ],
)
def test_only_what_all_of_them_have_and_hardly_any_other_is_named(
    held: list[tuple[str, ...]], broken: list[tuple[str, ...]], words: str | None
) -> None:
    assert counted(held, broken) == words


def test_the_counts_do_not_grow_with_the_values_that_are_sent() -> None:
    counts = TraitCounts()
    for number in range(500):
        order = full(price=number, cardType=f"Type {number}", colour=json.dumps(number))
        counts.add(traits_of(order), held=True)
    counts.in_common(500, 2)
    assert 0 < len(counts.held) < 100


def test_traits_of_the_field_that_the_requirement_is_about_come_first() -> None:
    counts = TraitCounts()
    for _ in range(9):
        counts.add(("with channel WEB",), held=True)
    counts.add(("with decimals in price",), held=True)
    for _ in range(3):
        counts.add(("with status PENDING", "with decimals in price"), held=False)
    assert counts.in_common(10, 3, ("201", "price")) == "with decimals in price"
    assert counts.in_common(10, 3, ("201", "referenceId")) == "with status PENDING"
