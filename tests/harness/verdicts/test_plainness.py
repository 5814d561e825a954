"""Which exchange shows a failure most plainly."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.harness.messages.exchange import Exchange, Request
from orders_conformance.harness.verdicts.plainness import Plainness, plainness
from tests.support.runs import CONTRACT, NOW, ORACLE, created, exchange, full, minimal, request

ORDER = minimal()


def of(sent: Request | dict[str, Any], before: tuple[Exchange, ...] = (), **details: Any) -> Plainness:
    """Return how plain an exchange is."""
    asked = sent if isinstance(sent, Request) else request(sent)
    return plainness(exchange(asked, created(ORDER), **details), ORACLE.classify(asked, NOW), CONTRACT, before)


def test_the_plain_order_with_the_required_fields_is_the_plainest() -> None:
    assert of(minimal(referenceId="OC-1")) == (0, 0)


@pytest.mark.parametrize(
    ("plainer", "other"),
    [
        (minimal(price=30), full(price=30)),
        (minimal(price="5"), minimal(price="50")),
        (minimal(price="50"), minimal(price="\uff15")),
        (minimal(cardType="a"), minimal(cardType="ä")),
        (minimal(price=51), minimal(price=-5)),
        (minimal(price="50"), minimal(price="50", channel="WEB")),
        (minimal(price=...), minimal(price=..., currencyCode=...)),
        (minimal(price=51), minimal(price=51, colour="red")),
        (minimal(price=51), minimal(price=51, referenceId=7)),
        (full(price=30), minimal(price=51, referenceId="X" * 300)),
        (ORDER, request(ORDER, "none")),
        (ORDER, request(ORDER, content_type="text/plain")),
        (request(ORDER, "none"), request(b"", "none")),
        (request(full(price=51), "none"), request(b"{", "none")),
        (request(b"{"), request(b"{{")),
    ],
    ids=str,
)
def test_one_exchange_is_plainer_than_another(plainer: Any, other: Any) -> None:
    assert of(plainer) < of(other)


@pytest.mark.parametrize("details", [{"connection": "other"}, {"group": "g1"}], ids=str)
def test_a_request_that_was_sent_in_a_special_manner_is_less_plain(details: dict[str, Any]) -> None:
    assert of(ORDER) < of(ORDER, **details)


def test_the_plainest_repeat_is_the_same_request() -> None:
    alone = of(minimal(price=51))
    earlier = (exchange(request(one), created(one)) for one in (minimal(price=51), ORDER))
    same, other = (of(minimal(price=51), before=(one,)) for one in earlier)
    assert alone < same < other
