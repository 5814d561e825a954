"""The embedded service keeps the contract."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from tests.support.contract_copies import document_copy
from tests.support.mock_client import KEY, NOW, TOKEN, Client, basic, example, minimal, opened, read


def test_created_order_has_every_documented_field(client: Client, contract: Contract, order: dict[str, Any]) -> None:
    response = client.send(order)
    assert response.status == 201
    assert response.header("content-type") == "application/json"
    documented = {field.path[0] for field in contract.responses[201].fields}
    assert set(read(response)) == documented
    assert Draft202012Validator(contract.responses[201].schema).is_valid(read(response))


def test_created_order_repeats_what_was_sent(client: Client, order: dict[str, Any]) -> None:
    body = read(client.send(order))
    assert {name: body[name] for name in order} == order


def test_times_that_were_not_sent_are_the_server_clock(client: Client, contract: Contract) -> None:
    body = read(client.send(minimal(contract)))
    own = [field.name for field in contract.responses[201].fields if field.echo == "instant-or-now"]
    assert own
    assert {body[name] for name in own} == {NOW.strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_optional_fields_that_were_not_sent_are_not_returned(client: Client, contract: Contract) -> None:
    body = read(client.send(minimal(contract)))
    assert not {f.name for f in contract.responses[201].fields if f.echo and not f.required} & body.keys()


@pytest.mark.parametrize("number", ["12345678901.25", "0.1", "50.0", "5E+1", "-0.01", "0", "1E+400", "1.10"])
def test_numbers_keep_their_digits(client: Client, order: dict[str, Any], number: str) -> None:
    body = json.dumps(order).replace('"price": 50', f'"price": {number}').encode()
    assert f'"price":{number}'.encode() in client.send(body).body


@pytest.mark.parametrize("name", Contract.load().fields)
def test_wrong_json_types_are_rejected(client: Client, contract: Contract, order: dict[str, Any], name: str) -> None:
    values: list[Any] = [
        "50" if contract.fields[name].type == "number" else 50,
        True,
        [order[name]],
        {"a": order[name]},
    ]
    responses = [client.send(order | {name: value}) for value in values]
    assert [response.status for response in responses] == [400] * len(values)
    assert all(name in read(response)["message"] for response in responses)


@pytest.mark.parametrize("name", [field.name for field in Contract.load().fields.values() if field.required])
def test_required_fields_are_demanded(client: Client, order: dict[str, Any], name: str) -> None:
    without = {key: value for key, value in order.items() if key != name}
    for wrong in (without, order | {name: None}):
        response = client.send(wrong)
        assert response.status == 400
        assert read(response)["message"].startswith(f"{name}: ")


def test_null_for_an_optional_field_is_as_if_absent(client: Client, contract: Contract, order: dict[str, Any]) -> None:
    optional = [field.name for field in contract.fields.values() if not field.required]
    response = client.send(order | dict.fromkeys(optional))
    assert response.status == 201
    assert None not in read(response).values()


@pytest.mark.parametrize(
    ("field", "value"),
    [(f.name, near) for f in Contract.load().fields.values() if f.enum for near in ("", f.enum[0].lower(), *f.never)],
)
def test_near_misses_of_enum_values_are_rejected(client: Client, order: dict[str, Any], field: str, value: str) -> None:
    assert client.send(order | {field: value}).status == 400


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2024-01-01", "2023-02-29T12:00:00Z", "2024-01-01T16:17:16", "1704125836", "2024-01-01T25:00:00Z"],
)
def test_invalid_date_times_are_rejected(client: Client, contract: Contract, order: dict[str, Any], text: str) -> None:
    dated = [field.name for field in contract.fields.values() if field.format == "date-time"]
    assert {client.send(order | {name: text}).status for name in dated} == {400}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{",
        b"{'a': 1}",
        b"[]",
        b"null",
        b'"text"',
        b"{} x",
        b'{"price": NaN}',
        b'{"price": -Infinity}',
        b'{"a": "\xe9"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"price": 1e99999999999999999999}',
        b'{"referenceId": "\\ud800"}',
        b'{"price": ' + b"9" * 10_000 + b"}",
    ],
)
def test_bodies_that_are_not_an_order_are_rejected(client: Client, body: bytes) -> None:
    assert client.send(body).status == 400


def test_an_unpaired_surrogate_is_rejected(client: Client, order: dict[str, Any]) -> None:
    assert client.send(order | {"referenceId": "half \ud83d"}).status == 400


@pytest.mark.parametrize("text", ["漢字 \u0000 😀", "'; DROP TABLE orders; --", '\\ " \n \u2028', "x" * 10_000, ""])
def test_awkward_text_is_repeated_exactly(client: Client, order: dict[str, Any], text: str) -> None:
    response = client.send(order | {"referenceId": text, "paymentType": text})
    assert response.status == 201
    assert (read(response)["referenceId"], read(response)["paymentType"]) == (text, text)


def test_unknown_properties_are_ignored(client: Client, order: dict[str, Any]) -> None:
    response = client.send(order | {"surprise": [[[{}]]]})
    assert response.status == 201
    assert "surprise" not in read(response)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic %%%",
        "Basic 8J+YgA",
        basic(KEY, ""),
        basic(KEY.lower(), TOKEN),
        basic(TOKEN, KEY),
        "Bearer x",
    ],
)
def test_wrong_credentials_come_before_everything_else(client: Client, authorization: str | None) -> None:
    response = client.send(b"no order", authorization=authorization, media_type="text/plain")
    assert response.status == 401
    assert response.header("WWW-Authenticate") == 'Basic realm="orders"'
    assert Draft202012Validator(client.service.contract.responses[401].schema).is_valid(read(response))


def test_the_name_of_the_scheme_has_letters_of_any_case(client: Client, order: dict[str, Any]) -> None:
    assert client.send(order, authorization=basic(KEY, TOKEN).replace("Basic", "bASIC")).status == 201


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/xml", "application/jsonp"])
def test_other_media_types_are_rejected(client: Client, order: dict[str, Any], media_type: str | None) -> None:
    assert client.send(order, media_type=media_type).status == 415


@pytest.mark.parametrize("media_type", ["APPLICATION/JSON", "application/json; charset=utf-8", "application/json ;x=y"])
def test_media_types_may_be_written_otherwise(client: Client, order: dict[str, Any], media_type: str) -> None:
    assert client.send(order, media_type=media_type).status == 201


def test_a_repeat_conflicts_and_names_the_order(client: Client, contract: Contract, order: dict[str, Any]) -> None:
    client.send(order)
    response = client.send(minimal(contract))
    assert response.status == 409
    assert Draft202012Validator(contract.responses[409].schema).is_valid(read(response))
    assert order["referenceId"] in read(response)["developerMessage"]
    assert order["orderedAt"] in read(response)["developerMessage"]


def test_the_same_instant_with_another_offset_conflicts(client: Client, order: dict[str, Any]) -> None:
    client.send(order | {"orderedAt": "2024-01-01T16:17:16Z"})
    assert client.send(order | {"orderedAt": "2024-01-01T18:17:16.000+02:00"}).status == 409


@pytest.mark.parametrize("other", [{"orderedAt": "2024-01-01T16:17:17Z"}, {"referenceId": "b94txy-1"}])
def test_another_reference_or_instant_is_another_order(
    client: Client, order: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = client.send(order), client.send(order | other)
    assert (first.status, second.status) == (201, 201)
    assert read(first)["ref"] != read(second)["ref"]


def test_instants_at_the_ends_of_time_are_kept_apart(client: Client, order: dict[str, Any]) -> None:
    ends = ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00", "9999-12-31T23:59:59.999999-14:00"]
    assert [client.send(order | {"orderedAt": end}).status for end in ends] == [201, 201, 201]


def test_what_is_rejected_leaves_nothing_behind(client: Client, order: dict[str, Any]) -> None:
    client.send(order | {"price": "x"})
    client.send(order, authorization=None)
    client.send(order, media_type="text/plain")
    assert client.send(order).status == 201


def test_an_order_is_created_once_if_it_is_sent_at_once(client: Client, order: dict[str, Any]) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(response.status for response in pool.map(client.send, [order] * 64))
    assert statuses == [201] + [409] * 63


def test_orders_can_be_found_and_removed(client: Client, contract: Contract, order: dict[str, Any]) -> None:
    created = client.send(order).body
    path = f"{contract.path}/{json.loads(created)['ref']}"
    assert client.get(path).body == created
    assert read(client.get(f"{contract.path}?referenceId={order['referenceId']}"))["items"] == [json.loads(created)]
    assert client.get(path, "DELETE").status == 204
    assert client.get(path).status == 404
    assert client.send(order).status == 201


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "", 405), ("POST", "/x", 405), ("GET", "s", 404)])
def test_other_paths_and_methods_are_rejected(client: Client, method: str, path: str, status: int) -> None:
    assert client.get(client.service.contract.path + path, method).status == status


def test_links_begin_with_the_host_or_the_base_url(client: Client, contract: Contract, order: dict[str, Any]) -> None:
    service = Service(contract, client_key=KEY, api_token=TOKEN, base_url="https://orders.example")
    for body, start in (
        (read(client.send(order)), "http://127.0.0.1"),
        (read(Client(service).send(order)), "https://orders.example"),
    ):
        assert body["href"] == f"{start}{contract.path}/{body['ref']}"
    service.close()


def test_a_changed_contract_changes_the_service() -> None:
    document = document_copy()
    schemas = document["components"]["schemas"]
    added = {"type": "boolean", "examples": [True], "x-echo": "exact"}
    for schema in ("NewOrder", "Order"):
        schemas[schema]["properties"]["channel"] = {
            **schemas[schema]["properties"]["channel"],
            "enum": ["WEB", "TELEPATHY"],
        }
        schemas[schema]["properties"]["urgent"] = added
    changed = Contract.from_document(document)
    service = opened(changed)
    client = Client(service)
    order = minimal(changed)
    response = client.send(order | {"channel": "TELEPATHY", "urgent": True})
    assert response.status == 201
    assert (read(response)["channel"], read(response)["urgent"]) == ("TELEPATHY", True)
    assert client.send(order | {"urgent": "yes"}).status == 400
    assert client.send(order | {"channel": "GDS"}).status == 400
    service.close()


def test_examples_of_the_contract_are_taken(contract: Contract) -> None:
    service = opened(contract)
    assert Client(service).send(example(contract)).status == 201
    service.close()
