"""The document itself: valid OpenAPI, a valid extension, examples that keep their own schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from orders_conformance.spec.contract import HERE, Contract, ContractError, check_openapi
from tests.support.contract_copies import request_and_reply

# What the vendor's page lists, in its order. The contract has all of it, and may have more.
_PAGE_FIELDS = (
    "currencyCode",
    "orderedAt",
    "price",
    "referenceId",
    "createdAt",
    "modifiedAt",
    "paymentType",
    "cardType",
    "pointOfSale",
    "channel",
    "status",
)
_PAGE_VALUES = {
    "channel": "WEB MOBILE_WEB MOBILE_APP CALL_CENTER AIRPORT_KIOSK BRANCH KIOSK OFFLINE GDS OTA OTHER",
    "status": (
        "BROWSED CANCELLED CONFIRMED DECLINED PARTIALY_CONFIRMED PARTIALY_REFUNDED PAYMENT_PENDING PENDING PURCHASED "
        "REFUNDED RESERVED SEARCHED UNKNOWN"
    ),
}

EXTENSION_SCHEMA: Mapping[str, Any] = json.loads((HERE / "extension.schema.json").read_text(encoding="utf-8"))


def bodies(contract: Contract) -> Mapping[str, tuple[Mapping[str, Any], list[Any]]]:
    """Pair the schema of each body of the operation with its examples, by the status of the reply."""
    operation = contract.document["paths"][contract.path]["post"]
    contents = {"request": operation["requestBody"]["content"]["application/json"]}
    schemas = {"request": contract.request_schema}
    for status, response in contract.responses.items():
        contents[str(status)] = operation["responses"][str(status)]["content"][response.media_type]
        schemas[str(status)] = response.schema
    return {
        where: (schemas[where], [example["value"] for example in content["examples"].values()])
        for where, content in contents.items()
    }


def test_the_document_is_valid_openapi(contract: Contract) -> None:
    check_openapi(contract.document)


def test_what_is_not_openapi_is_refused_in_one_line(document: dict[str, Any]) -> None:
    del document["info"]["title"]
    with pytest.raises(ContractError, match=r"not valid OpenAPI 3\.1: .*title") as caught:
        check_openapi(document)
    assert "\n" not in str(caught.value)


def test_a_reference_that_leads_nowhere_is_not_openapi(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Unused"] = {"$ref": "#/components/schemas/Missing"}
    with pytest.raises(ContractError, match="the reference /components/schemas/Missing leads nowhere"):
        check_openapi(document)


def test_the_schema_of_the_extension_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(EXTENSION_SCHEMA)


def test_the_extension_keeps_its_schema(contract: Contract) -> None:
    assert not list(Draft202012Validator(EXTENSION_SCHEMA).iter_errors(contract.document["x-conformance"]))


@pytest.mark.parametrize("name", EXTENSION_SCHEMA["required"])
def test_an_extension_without_a_part_is_refused(document: dict[str, Any], name: str) -> None:
    del document["x-conformance"][name]
    with pytest.raises(ContractError, match=f"x-conformance: .*{name}"):
        Contract.from_document(document)


def test_an_extension_with_an_unknown_part_is_refused(document: dict[str, Any]) -> None:
    document["x-conformance"]["surprise"] = 1
    with pytest.raises(ContractError, match="surprise"):
        Contract.from_document(document)


@pytest.mark.parametrize("where", ["request", "201", "400", "401", "409"])
def test_every_body_has_examples_that_keep_its_schema(contract: Contract, where: str) -> None:
    schema, examples = bodies(contract)[where]
    assert examples
    check = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for example in examples for error in check.iter_errors(example)] == []


@pytest.mark.parametrize("where", ["request", "201", "400", "401", "409"])
def test_the_examples_have_every_documented_field(contract: Contract, where: str) -> None:
    schema, examples = bodies(contract)[where]
    for example in examples:
        assert set(example) == set(schema["properties"])


def test_the_request_has_the_fields_of_the_page(contract: Contract) -> None:
    assert tuple(name for name in contract.fields if name in _PAGE_FIELDS) == _PAGE_FIELDS


def test_four_fields_are_required(contract: Contract) -> None:
    required = {field.name for field in contract.fields.values() if field.required}
    assert required == {"currencyCode", "orderedAt", "price", "referenceId"}


@pytest.mark.parametrize("field", _PAGE_VALUES)
def test_the_enums_have_all_values_of_the_page(contract: Contract, field: str) -> None:
    values = contract.fields[field].enum
    assert [value for value in values if value in _PAGE_VALUES[field].split()] == _PAGE_VALUES[field].split()
    assert len(set(values)) == len(values)


def test_misspelt_values_keep_their_spelling(contract: Contract) -> None:
    assert {"PARTIALY_CONFIRMED", "PARTIALY_REFUNDED"} <= set(contract.fields["status"].enum)


def test_values_that_nobody_may_take_are_not_documented(contract: Contract) -> None:
    for field in contract.fields.values():
        assert not set(field.never) & set(field.enum)


@pytest.mark.parametrize(("status", "kind"), [(400, "integer"), (401, "string"), (409, "integer")])
def test_the_status_in_a_body_has_the_type_of_its_reply(contract: Contract, status: int, kind: str) -> None:
    types = {field.name: field.type for field in contract.responses[status].fields}
    assert types["status"] == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [("contacts", "object"), ("contacts.items", "array"), ("consumers.items", "array"), ("orderItems.items", "array")],
)
def test_nested_fields_of_the_reply_are_documented(contract: Contract, path: str, kind: str) -> None:
    types = {field.name: field.type for field in contract.responses[201].fields}
    assert types[path] == kind


def test_links_of_contacts_are_texts(document: dict[str, Any]) -> None:
    contacts = request_and_reply(document)[1]["contacts"]
    assert contacts["properties"]["items"]["items"]["properties"]["href"]["type"] == "string"


def test_an_unsupported_media_type_is_documented_without_a_body(contract: Contract) -> None:
    responses = contract.document["paths"][contract.path]["post"]["responses"]
    assert "415" in responses
    assert 415 not in contract.responses
