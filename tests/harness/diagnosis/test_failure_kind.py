"""When a simpler order fails in the same way."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.harness.diagnosis.failure_kind import FailureKind
from orders_conformance.harness.messages.exchange import Failure, Response
from tests.support.runs import CONTRACT, NOW, ORACLE, created, exchange, minimal, refused, request, response

ECHO = ("echo", "201", "cardType")
TYPE = ("type", "price")


def kind(name: tuple[str, ...], order: dict[str, Any], answer: Response | Failure) -> FailureKind:
    """Return the kind of a failure."""
    asked = request(order)
    return FailureKind.of(name, exchange(asked, answer), ORACLE.classify(asked, NOW), CONTRACT)


PLAIN = kind(TYPE, minimal(), response(500)).traits


def echoed(sent: Any, returned: Any) -> FailureKind:
    order = minimal(cardType=sent)
    return kind(ECHO, order, created(order, cardType=returned))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (echoed("Größe M", "Gr??e M"), echoed("ö", "?")),
        (echoed(" long text ", "long text"), echoed(" a ", "a")),
        (echoed("a & b", "a &amp; b"), echoed("&", "&amp;")),
        (echoed("Mixed Case", "mixed case"), echoed("A", "a")),
        (echoed('say "a"', "say a"), echoed('"', "")),
        (echoed("a long text", "a long"), echoed("ab", "a")),
        (kind(TYPE, minimal(price="50"), created({})), kind(TYPE, minimal(price="5"), created({}))),
        (
            kind(("no_server_error",), minimal(price="50", cardType="x" * 200), response(500)),
            kind(("no_server_error",), minimal(price="50"), response(500)),
        ),
    ],
)
def test_a_simpler_order_fails_in_the_same_way(before: FailureKind, after: FailureKind) -> None:
    assert before.is_same(after, PLAIN)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (echoed("Größe M", "Gr??e M"), echoed("ö ", "ö")),
        (echoed("Mixed Case", "mixed case"), echoed("Mixed Case", "Mixed Cas")),
        (echoed("text", "tex"), echoed("text", None)),
        (echoed("text", "tex"), echoed("text", "tet")),
        (echoed("text", "other"), echoed("text", "text")),
        (echoed("text", "text"), echoed("", "")),
        (kind(TYPE, minimal(price="50"), created({})), kind(TYPE, minimal(price=""), created({}))),
        (kind(TYPE, minimal(price="50"), created({})), kind(TYPE, minimal(price=True), created({}))),
        (kind(TYPE, minimal(channel=["OTA"]), created({})), kind(TYPE, minimal(channel="OT"), created({}))),
        (
            kind(("no_server_error",), minimal(cardType="x" * 200), response(500)),
            kind(("no_server_error",), minimal(cardType=""), response(500)),
        ),
        (
            kind(("no_server_error",), minimal(price="50"), response(500)),
            kind(("no_server_error",), minimal(price="50"), response(502)),
        ),
        (
            kind(("accept", "price"), minimal(price=50), refused(message="price: too high")),
            kind(("accept", "price"), minimal(price=50), refused(message="channel: missing")),
        ),
        (
            kind(("answered",), minimal(price="50"), Failure("timeout", "")),
            kind(("answered",), minimal(price="50"), Failure("dropped", "")),
        ),
    ],
)
def test_a_simpler_order_fails_in_another_way(before: FailureKind, after: FailureKind) -> None:
    assert not before.is_same(after, PLAIN)
