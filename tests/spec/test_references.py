"""References within the document are replaced by what they refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from orders_conformance.spec.contract import DEFAULT_PATH, Contract
from orders_conformance.spec.references import resolved, with_whole_schemas


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(value)


def test_a_reference_is_replaced_by_what_it_refers_to_and_so_on() -> None:
    document = {"a": {"$ref": "#/b"}, "b": [{"$ref": "#/c"}, 1], "c": {"type": "string"}}
    assert resolved(document, document["a"]) == [{"type": "string"}, 1]


def test_a_property_with_the_name_of_the_keyword_is_no_reference() -> None:
    assert resolved({}, {"properties": {"$ref": {"type": "string"}}}) == {"properties": {"$ref": {"type": "string"}}}


def test_a_reference_that_leads_back_to_itself_is_refused() -> None:
    document = {"a": {"next": {"$ref": "#/b"}}, "b": {"$ref": "#/a"}}
    with pytest.raises(ValueError, match="#/b leads back to itself"):
        resolved(document, document["a"])


def test_whole_schemas_have_no_reference_and_bodies_refer_to_them(contract: Contract) -> None:
    whole = with_whole_schemas(contract.document)
    assert not [node for node in nodes(whole["components"]) if "$ref" in node]
    assert [node for node in nodes(whole["paths"]) if "$ref" in node]
    assert Contract.from_document(whole).requirements == contract.requirements


def test_the_file_has_references_and_no_aliases() -> None:
    kinds = {type(event) for event in yaml.parse(DEFAULT_PATH.read_text(encoding="utf-8"))}
    assert yaml.AliasEvent not in kinds


def test_every_array_has_its_items(contract: Contract) -> None:
    arrays = [node for node in nodes(contract.document["components"]) if node.get("type") == "array"]
    assert arrays
    assert all("items" in node for node in arrays)
