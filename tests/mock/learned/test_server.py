"""A learned server: its choices, its statuses and headers, and the wording of its messages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.faults import FAULTS
from orders_conformance.mock.learned.learned import CreatedResponse, ErrorResponse, Learned
from orders_conformance.mock.learned.server import can_be_together, server_of
from orders_conformance.mock.messages import ServerResponse
from orders_conformance.spec.contract import Contract
from tests.support.mock_client import Client, minimal, opened, read

JSON = (("Content-Type", "application/json"),)


def sent(contract: Contract, learned: Learned, *bodies: object, **options: Any) -> ServerResponse:
    """Send bodies to a server, and return the last response."""
    service = opened(contract, server_of(learned))
    responses = [Client(service).send(body, **options) for body in bodies]
    service.close()
    return responses[-1]


def rejecting(body: str, **templates: str) -> Learned:
    """Return what was learned of a server that rejects orders with a body."""
    return Learned(errors={"rejected": ErrorResponse(422, JSON, body, {"message": templates} if templates else {})})


def test_nothing_learned_is_the_embedded_server(contract: Contract) -> None:
    service = opened(contract)
    own = Client(service).send({})
    service.close()
    assert sent(contract, Learned(), {}) == own


def test_choices_are_made(contract: Contract) -> None:
    learned = Learned(Behaviour(unknown_properties="rejected"))
    assert sent(contract, learned, {**minimal(contract), "unknown": 1}).status == 400


def test_a_rejection_has_the_status_and_the_body_that_were_seen(contract: Contract) -> None:
    response = sent(contract, rejecting('{"error":{"n":1.50},"message":""}', **{"": "no {field}"}), {})
    assert response.status == 422
    assert response.body.startswith(b'{"error":{"n":1.50},"message":"no currencyCode')


def test_each_invalid_field_has_the_template_of_what_is_wrong_with_it(contract: Contract) -> None:
    order = {**minimal(contract), "price": "x"}
    del order["currencyCode"]
    learned = rejecting('{"message":""}', **{"may not be null": "{field} fehlt.", "": "{field} ist falsch."})
    assert read(sent(contract, learned, order)) == {"message": "currencyCode fehlt. price ist falsch."}


def test_a_template_that_names_no_field_is_written_once(contract: Contract) -> None:
    assert read(sent(contract, rejecting('{"message":""}', **{"": "Ungültig."}), {})) == {"message": "Ungültig."}


def test_a_fault_of_the_whole_body_gets_no_sentence_about_a_field(contract: Contract) -> None:
    learned = rejecting('{"message":""}', **{"": "{field} ist falsch."})
    assert read(sent(contract, learned, b"[")) == {"message": "The body is not JSON."}


def test_a_conflict_names_the_order_where_it_was_seen_to(contract: Contract) -> None:
    seen = ErrorResponse(409, JSON, '{"message":""}', {"message": {"": "{reference} of {instant} is there"}})
    order = minimal(contract)
    response = sent(contract, Learned(errors={"conflict": seen}), order, order)
    assert read(response) == {"message": f"{order['referenceId']} of {order['orderedAt']} is there"}


def test_text_of_a_request_is_never_a_template(contract: Contract) -> None:
    seen = ErrorResponse(409, JSON, '{"message":""}', {"message": {"": "{reference}"}})
    order = {**minimal(contract), "referenceId": "{instant} {field} {0.__class__}"}
    response = sent(contract, Learned(errors={"conflict": seen}), order, order)
    assert read(response) == {"message": order["referenceId"]}


def test_a_body_that_is_no_object_is_sent_as_it_is(contract: Contract) -> None:
    seen = ErrorResponse(401, (("Content-Type", "text/html"),), "<h1>Who?</h1>")
    response = sent(contract, Learned(errors={"unauthorized": seen}), {}, authorization=None)
    assert response == ServerResponse(401, (("Content-Type", "text/html"),), b"<h1>Who?</h1>")


def test_a_created_order_has_the_members_and_headers_that_were_seen(contract: Contract) -> None:
    created = CreatedResponse(200, (("Content-Type", "application/json"), ("X-Region", "eu")), {"version": 3})
    response = sent(contract, Learned(created=created), minimal(contract))
    assert (response.status, response.header("x-region")) == (200, "eu")
    assert json.loads(response.body)["version"] == 3


def test_a_fault_is_had_besides(contract: Contract) -> None:
    learned = Learned(Behaviour(null="rejected"), faults=("price-takes-string",))
    assert sent(contract, learned, {**minimal(contract), "price": "50"}).status == 201
    assert sent(contract, learned, {**minimal(contract), "status": None}).status == 400


def test_numbered_refs_go_on_behind_those_of_a_database(contract: Contract) -> None:
    service = opened(contract, server_of(Learned(Behaviour(identifier="number"))))
    order = minimal(contract)
    Client(service).send(order)
    # As in another process: the numbers begin again.
    again = opened(contract, server_of(Learned(Behaviour(identifier="number"))))
    again.orders.close()
    again.orders = service.orders
    assert Client(again).send({**order, "referenceId": "another"}).status == 201
    service.close()


def test_a_literal_host_stands_in_links(contract: Contract) -> None:
    learned = Learned(replace(Behaviour(), host="https://api.example.com"))
    assert read(sent(contract, learned, minimal(contract)))["href"].startswith("https://api.example.com/v2.1/orders/")


def test_faults_that_set_one_attribute_differently_cannot_be_together() -> None:
    assert can_be_together(("price-takes-string", "lets-anybody-in"))
    assert not can_be_together(("price-takes-string", "makes-up-empty"))


@pytest.mark.parametrize("first", FAULTS[::6])
def test_faults_that_can_be_together_make_one_server(contract: Contract, first: str) -> None:
    order = minimal(contract)
    for second in FAULTS:
        if first != second and can_be_together((first, second)):
            learned = Learned(faults=(first, second))
            assert sent(contract, learned, order, {**order, "price": "x"}, {"unknown": 1}, b"").status, second
