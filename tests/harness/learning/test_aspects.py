"""The parts of a response that are compared."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orders_conformance.harness.learning.aspects import OTHER_STATUS, Aspects, Circumstances, aspects
from tests.support.runs import CONTRACT

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REF = "8d5b1f7e-0000-4000-8000-000000000001"


def created(**changes: Any) -> Aspects:
    """Return the parts of a created order with other members."""
    body = {"ref": REF, "href": f"http://a.example/v2.1/orders/{REF}", "orderedAt": "2024-01-01T16:17:16Z", "price": 50}
    return seen(json.dumps(body | changes).encode())


def seen(body: bytes | None, status: int = 201) -> Aspects:
    return aspects(CONTRACT, status, (), body, Circumstances("http://a.example", NOW))


def test_equal_responses_do_not_differ() -> None:
    assert created().differences(created()) == 0


def test_refs_of_one_kind_do_not_differ() -> None:
    other = "00000000-0000-4000-8000-00000000000f"
    assert created(ref=other, href=f"http://a.example/v2.1/orders/{other}").differences(created()) == 0


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"ref": "17", "href": "http://a.example/v2.1/orders/17"}, 1),
        ({"href": f"https://b.example/v2.1/orders/{REF}"}, 1),
        ({"orderedAt": "2024-01-01T16:17:16.000Z"}, 1),
        ({"orderedAt": "2024-01-01T16:17:16+00:00"}, 1),
        ({"orderedAt": "2024-01-01T17:17:16+01:00"}, 1),
        ({"orderedAt": "2024-01-01T17:17:16.5Z"}, 3),
        ({"price": 50.0}, 1),
        ({"extra": None}, 1),
    ],
)
def test_each_part_of_a_created_order_counts(changes: dict[str, Any], number: int) -> None:
    assert created(**changes).differences(created()) == number


def test_the_time_of_the_request_is_compared_by_minutes() -> None:
    assert created(orderedAt="2026-01-02T03:04:06Z").differences(created(orderedAt="2026-01-02T03:04:20Z")) == 0
    assert created(orderedAt="2026-01-02T03:04:06Z").differences(created(orderedAt="2026-01-02T03:11:06Z")) == 1


def test_another_status_counts_more_than_all_else() -> None:
    assert seen(b"{}", 400).differences(created()) == OTHER_STATUS


def test_a_body_that_is_not_known_differs_from_none() -> None:
    assert seen(None).differences(created()) == 0


def test_errors_are_compared_by_the_fields_that_they_name() -> None:
    wide = seen(b'{"message":"price and status are wrong"}', 400)
    assert wide.differences(seen(b'{"message":"the value of price is wrong"}', 400)) == 1
    assert wide.differences(seen(b"{\"message\":\"'status', 'price'!\"}", 400)) == 0


@pytest.mark.parametrize("body", [b"", b"<h1>", b"[1]", b"\xff", b"[" * 100_000], ids=range(5))
def test_a_body_that_is_no_object_is_compared_as_such(body: bytes) -> None:
    assert seen(body, 400).differences(seen(b"{}", 400)) > 0
