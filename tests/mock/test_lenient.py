"""The variant that accepts every value whose handling no page states."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from orders_conformance.mock.instants import Form, Instant
from orders_conformance.mock.json_text import NumberText, write_json
from orders_conformance.mock.lenient import Lenient
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from tests.support.mock_client import Client, opened, read


@pytest.fixture
def lenient(contract: Contract) -> Iterator[Client]:
    service = opened(contract, Lenient)
    yield Client(service)
    service.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"orderedAt": "2024-01-01t16:17:16z"},
        {"orderedAt": "0000-01-01T00:00:00Z"},
        {"createdAt": "2016-12-31T23:59:60Z"},
        {"modifiedAt": "9999-12-31T23:59:59.123456789123-23:59"},
        {"cardType": "half \ud83d a pair"},
        {"referenceId": "\udc00 \ud83d"},
        {"cardType": "\x00\x1f"},
        {"referenceId": ""},
        {"paymentType": "x" * 100_000},
        {"price": -12.5},
        {"currencyCode": "XAU"},
    ],
)
def test_odd_values_are_accepted_and_returned(lenient: Client, order: dict[str, Any], changes: dict[str, Any]) -> None:
    response = lenient.send(order | changes)
    assert response.status == 201
    assert {name: read(response)[name] for name in changes} == changes


@pytest.mark.parametrize("number", ["-0", "1e400", "0.1000000000000000055511151231257827", "9" * 400, "5E-3000"])
def test_odd_numbers_are_accepted_and_returned(lenient: Client, order: dict[str, Any], number: str) -> None:
    body = json.dumps(order).replace('"price": 50', f'"price": {number}').encode()
    response = lenient.send(body)
    assert response.status == 201
    assert f'"price":{number.removeprefix("-0") or 0},'.encode() in response.body.replace(b"E+", b"e")


@pytest.mark.parametrize("media_type", [None, "application/vnd.order+json", "APPLICATION/JSON; charset=x"])
def test_media_types_of_json_are_accepted(lenient: Client, order: dict[str, Any], media_type: str | None) -> None:
    assert lenient.send(order, media_type=media_type).status == 201


def test_null_and_unknown_properties_are_left_out(lenient: Client, order: dict[str, Any]) -> None:
    created = read(lenient.send(order | {"cardType": None, "surprise": {"deep": [[[None]]]}}))
    assert not {"cardType", "surprise"} & created.keys()


def test_the_last_of_two_values_counts(lenient: Client, order: dict[str, Any]) -> None:
    assert read(lenient.send((json.dumps(order)[:-1] + ',"price":7}').encode()))["price"] == 7


@pytest.mark.parametrize(
    "changes",
    [
        {"orderedAt": "2023-02-29T12:00:00Z"},
        {"createdAt": "2024-01-01T16:17:16"},
        {"orderedAt": None},
        {"orderedAt": 7},
        {"price": "50"},
        {"price": True},
        {"channel": "web"},
        {"cardType": 1},
    ],
)
def test_invalid_values_are_rejected(lenient: Client, order: dict[str, Any], changes: dict[str, Any]) -> None:
    assert lenient.send(order | changes).status == 400


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/json-seq"])
def test_other_media_types_are_rejected(lenient: Client, order: dict[str, Any], media_type: str) -> None:
    assert lenient.send(order, media_type=media_type).status == 415


def test_repeats_of_odd_orders_conflict(lenient: Client, order: dict[str, Any]) -> None:
    odd = order | {"referenceId": "\ud83d", "orderedAt": "0000-01-01T00:00:00Z"}
    assert [lenient.send(one).status for one in (odd, odd, odd | {"referenceId": "\ud83e"})] == [201, 409, 201]


def test_repeats_of_what_is_stored_alike_conflict(contract: Contract, order: dict[str, Any]) -> None:
    class Whole(Lenient):
        def stored_text(self, value: str) -> str:
            return value.replace("\ud83d", "?")

        def stored_instant(self, instant: Instant) -> Instant:
            return instant.rounded(0, "ROUND_FLOOR")

        def written_instant(self, instant: Instant, given: str) -> str:
            return Form().write(instant)

    client = Client(opened(contract, Whole))
    created = client.send(order | {"referenceId": "half \ud83d", "orderedAt": "2024-01-01T16:17:16.9Z"})
    assert (read(created)["referenceId"], read(created)["orderedAt"]) == ("half ?", "2024-01-01T16:17:16Z")
    assert client.send(order | {"referenceId": "half ?", "orderedAt": "2024-01-01T16:17:16.1Z"}).status == 409


def test_what_cannot_be_stored_is_rejected_and_named(contract: Contract, order: dict[str, Any]) -> None:
    class NoNumbers(Lenient):
        def stored_number(self, value: Any) -> Any:
            raise ValueError(value)

    response = Client(opened(contract, NoNumbers)).send(order)
    assert response.status == 400
    assert "price" in read(response)["message"]


def test_the_embedded_server_rejects_half_a_pair(contract: Contract, order: dict[str, Any]) -> None:
    assert Client(opened(contract, Service)).send(order | {"cardType": "half \ud83d"}).status == 400


@pytest.mark.parametrize(
    ("value", "written"),
    [("\ud83d", '"\\ud83d"'), ("😀", '"😀"'), ({"\udc00": 1}, '{"\\udc00":1}'), (NumberText("5.0E1"), "5.0E1")],
)
def test_json_text(value: Any, written: str) -> None:
    assert write_json(value) == written
