"""Plain copies of the contract: valid, without extensions, and of the same meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from orders_conformance.spec.contract import Contract, ContractError
from orders_conformance.spec.openapi.plain import Format, as_yaml, plain_copy
from orders_conformance.spec.references import resolved


def keys(node: Any) -> Iterator[str]:
    yield from node if isinstance(node, dict) else ()
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from keys(value)


def of_schema(schema: Any, version: Format = Format.V30) -> Any:
    """Copy a document with one schema, and return that."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "summary": "S", "version": "1"},
        "paths": {},
        "components": {"schemas": {"One": schema, "Other": {"type": "string"}}},
    }
    return plain_copy(document, version)["components"]["schemas"]["One"]


def order_schema(contract: Contract, version: Format, name: str) -> Any:
    copied = plain_copy(contract.document, version)
    return resolved(copied, copied["components"]["schemas"][name])


@pytest.mark.parametrize("version", Format)
def test_a_copy_has_no_extension_and_the_names_of_the_contract(contract: Contract, version: Format) -> None:
    copied = plain_copy(contract.document, version)
    assert not [key for key in keys(copied) if key.startswith("x-")]
    assert copied["openapi"].startswith(version.value.removeprefix("openapi-"))
    assert copied["components"]["schemas"].keys() == contract.document["components"]["schemas"].keys()
    assert set(copied["components"]["schemas"]["NewOrder"]["properties"]) == set(contract.fields)


def test_the_examples_of_bodies_are_those_of_the_contract(contract: Contract) -> None:
    def bodies(document: Any) -> Any:
        operation = document["paths"][contract.path]["post"]
        return operation["requestBody"]["content"], [one.get("content") for one in operation["responses"].values()]

    assert bodies(plain_copy(contract.document, Format.V30)) == bodies(contract.document)


CHANGES = [
    {},
    {"price": "50"},
    {"price": None},
    {"channel": "WEBSITE"},
    {"channel": "GDS"},
    {"referenceId": 1},
    {"surprise": True},
    {"status": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("without", [None, "orderedAt", "channel"])
def test_a_copy_takes_the_orders_that_the_contract_takes(
    contract: Contract, change: dict[str, Any], without: str | None
) -> None:
    plain = {name: field.examples[0] for name, field in contract.fields.items()}
    order = {name: value for name, value in (plain | change).items() if name != without}
    taken = Draft202012Validator(contract.request_schema).is_valid(order)
    for version in Format:
        assert Draft202012Validator(order_schema(contract, version, "NewOrder")).is_valid(order) is taken


def test_the_only_value_that_a_field_must_have_is_a_word_of_openapi(contract: Contract) -> None:
    for version, word in ((Format.V31, ("const", 409)), (Format.V30, ("enum", [409]))):
        fields = order_schema(contract, version, "Conflict")["properties"]
        assert fields["code"][word[0]] == word[1]
        # Only the page's example shows it.
        assert word[0] not in fields["status"]


@pytest.mark.parametrize(
    ("schema", "copied"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": "null"}, {"type": "string", "nullable": True, "enum": [None]}),
        (
            {"type": ["string", "array"], "allOf": [{"minLength": 1}]},
            {"allOf": [{"minLength": 1}, {"anyOf": [{"type": "string"}, {"type": "array", "items": {}}]}]},
        ),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"const": 3}, {"enum": [3]}),
        ({"type": "string", "examples": ["a", "b"]}, {"type": "string", "example": "a"}),
        ({"exclusiveMinimum": 0, "minimum": -1}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"exclusiveMaximum": 9, "maximum": 5}, {"maximum": 5}),
        (
            {"$ref": "#/components/schemas/Other", "description": "D"},
            {"allOf": [{"$ref": "#/components/schemas/Other"}], "description": "D"},
        ),
        ({"type": "object", "additionalProperties": False}, {"type": "object", "additionalProperties": False}),
        ({"properties": {"a": True, "x-b": False}}, {"properties": {"a": {}, "x-b": {"not": {}}}}),
        ({"type": "string", "contentEncoding": "base64"}, {"type": "string", "format": "byte"}),
    ],
    ids=str,
)
def test_openapi_3_0_says_it_in_its_words(schema: dict[str, Any], copied: dict[str, Any]) -> None:
    assert of_schema(schema) == copied


@pytest.mark.parametrize(
    ("schema", "copied"),
    [
        ({"patternProperties": {"^a": {}}, "additionalProperties": False}, {}),
        ({"type": "array", "prefixItems": [{}], "items": False}, {"type": "array", "items": {}}),
        ({"not": {"propertyNames": {"maxLength": 1}}}, {}),
        ({"oneOf": [{"contains": {}}, {"minItems": 1}]}, {"anyOf": [{}, {"minItems": 1}]}),
        ({"if": {"type": "string"}, "then": {"minLength": 1}}, {}),
    ],
    ids=str,
)
def test_what_3_0_cannot_say_is_allowed(schema: dict[str, Any], copied: dict[str, Any]) -> None:
    assert of_schema(schema) == copied


def test_3_1_is_left_as_it_is() -> None:
    schema = {
        "type": ["string", "null"],
        "examples": ["x-a"],
        "x-note": 1,
        "properties": {"x-b": {"const": {"x-c": 1}}},
    }
    assert of_schema(schema, Format.V31) == {key: value for key, value in schema.items() if key != "x-note"}


def test_what_does_not_become_valid_openapi_is_refused_in_one_line() -> None:
    with pytest.raises(ContractError, match=r"cannot be written as openapi-3\.0: .*: take another --format") as caught:
        of_schema({"$ref": "#/components/schemas/One/$defs/a", "$defs": {"a": {"type": "string"}}})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("version", Format)
def test_the_yaml_of_a_copy_is_read_as_the_copy(contract: Contract, version: Format) -> None:
    copied = plain_copy(contract.document, version)
    assert yaml.safe_load(as_yaml(copied)) == copied
    assert as_yaml({"a": (shared := ["b"]), "c": shared}) == "a:\n- b\nc:\n- b\n"
