"""Simplify the order of a finding as long as it fails in the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import InProcessTransport, embedded_service
from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.retry import Delivery
from orders_conformance.harness.client.sender import Sender
from orders_conformance.harness.diagnosis.minimise import minimise
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import Evaluation
from orders_conformance.harness.engine.events import EventWriter
from orders_conformance.harness.messages.exchange import Request, Response
from orders_conformance.harness.messages.json_body import read_body
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.verdicts.tally import Tally
from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.service import Service
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Probe
from tests.support.runs import CONTRACT, CREDENTIALS, NOW, ORACLE, ORGANISATION, full

_ATTEMPTS = 40


class _Stumbles(Service):
    """Responds with 500 to some texts, for reasons that have nothing to do with each other."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        text = (read_body(request.body)[1] or {}).get("cardType")
        stumbles = isinstance(text, str) and (not text or not text.isascii() or text.isdecimal())
        return ServerResponse(500, (), b"") if stumbles else super().handle(request)


class _TakesMuch(Service):
    """Accepts numbers as text, and for another reason an empty text as price."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        price = order.get("price")
        if not isinstance(price, str) or not re.fullmatch(r"\d+(\.\d+)?|", price):
            return super().normalise(order)
        return super().normalise({**order, "price": float(price or 0)})


def engine_for(kind: type[Service]) -> Engine:
    """Return an engine that sends to a server in this process."""
    service = embedded_service(CONTRACT, CREDENTIALS, kind)
    transport = InProcessTransport(service, CONTRACT.path)

    def deliver(request: Request, connection: str) -> Delivery:
        answer = transport(request, connection)
        return Delivery(answer if isinstance(answer, Response) else None, None, ())

    orders = OrderFactory(CONTRACT, ORGANISATION, References("OCABC123"))
    variant = ORACLE.credentials.variant
    writer = EventWriter(lambda _event: None, CREDENTIALS, variant, "", lambda _request: {}, orders.prefix)
    return Engine(
        sender=Sender(deliver, CREDENTIALS, orders, Budget(BudgetLimits(None, None), 409)),
        evaluation=Evaluation(
            ORACLE,
            Tally(CONTRACT, CONTRACT.requirements),
            writer,
            HistoryWriter(CONTRACT, History.of(CONTRACT)),
            lambda: NOW,
        ),
        explain=lambda *_arguments, **_keywords: True,
    )


def simplified(kind: type[Service], requirement: str, order: Mapping[str, Any]) -> dict[str, Any]:
    """Send an order that breaks a requirement and simplify it; return the order that the reports lead with."""
    engine = engine_for(kind)
    engine.send(Probe("test", order))
    tally = engine.evaluation.tally
    [(broken, finding)] = [one for one in tally.plainest() if one[0].id == requirement]
    minimise(engine, broken, finding, _ATTEMPTS)
    lead = tally.counts[requirement].plainest
    assert lead is not None
    assert lead.minimal
    return read_body(lead.exchange.request.body)[1] or {}


@pytest.mark.parametrize(("text", "simplest"), [("Größe", 1), ("漢字 and more", 1), ("1234567", 1)])
def test_a_text_is_shortened_as_long_as_it_has_what_the_first_one_had(text: str, simplest: int) -> None:
    found = simplified(_Stumbles, "create/any/no-5xx", full(cardType=text))["cardType"]
    assert len(found) == simplest
    assert found.isdecimal() == text.isdecimal()


class _DropsQuotes(Service):
    """Returns texts without quotation marks."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        body = super().created(order, request)
        return {name: value.replace('"', "") if isinstance(value, str) else value for name, value in body.items()}


@pytest.mark.parametrize("text", ['say "a" and "b"  -- twice', '"', ' "', 'a "\n b'])
def test_a_text_is_shortened_to_the_character_that_is_not_returned(text: str) -> None:
    assert simplified(_DropsQuotes, "create/201/cardType/echo", full(cardType=text))["cardType"] == '"'


def test_a_wrong_value_does_not_become_another_wrong_value() -> None:
    assert simplified(_TakesMuch, "create/request/price/type", full(price="50.25"))["price"] != ""


def test_the_simplified_order_has_only_the_fields_that_it_needs() -> None:
    found = simplified(_TakesMuch, "create/request/price/type", full(price="50"))
    assert set(found) == {one.name for one in CONTRACT.fields.values() if one.required}
