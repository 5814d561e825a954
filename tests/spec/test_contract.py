"""A contract that cannot be used is rejected with one line, whatever is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from orders_conformance.spec.contract import Contract, ContractError, check_openapi
from tests.support.contract_copies import document_copy, parent, places

DOCUMENT = document_copy()
# The parts that the code reads; prose is read by people only.
PARTS = ("paths", "components", "x-conformance")
PLACES = [path for path in places(DOCUMENT, 3) if path[0] in PARTS]


def complaint(path: Path) -> str:
    with pytest.raises(ContractError) as caught:
        Contract.load(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (b"", "x-conformance"),
        (b"just text", "x-conformance"),
        (b"[1, 2]", "x-conformance"),
        (b"a: [1", "not YAML"),
        (b"\xff\xfe\x00", "not YAML"),
        (b"a: !!python/object/apply:os.getcwd []", "not YAML"),
        (b"openapi: 3.1.0\nx-conformance: 1\n", "x-conformance"),
        (b"openapi: 3.1.0\nx-conformance: {}\n", "x-conformance"),
    ],
)
def test_a_file_that_is_no_contract_is_refused_in_one_line(tmp_path: Path, content: bytes, about: str) -> None:
    path = tmp_path / "orders.yaml"
    path.write_bytes(content)
    message = complaint(path)
    assert about in message
    assert str(path) in message
    assert "\n" not in message


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing.yaml"
    assert complaint(path) == (
        f"the contract {path} cannot be read (No such file or directory): name an OpenAPI file that exists"
    )


def test_a_folder_is_no_contract(tmp_path: Path) -> None:
    assert "cannot be read (Is a directory)" in complaint(tmp_path)


def test_what_is_missing_in_the_operation_is_named(document: dict[str, Any]) -> None:
    del document["paths"]["/v2.1/orders"]["post"]["requestBody"]
    with pytest.raises(ContractError, match="'requestBody' is missing"):
        Contract.from_document(document)


def test_a_reference_that_leads_nowhere_is_refused(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["NewOrder"]
    with pytest.raises(ContractError, match="NewOrder"):
        Contract.from_document(document)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: "/".join(map(str, path)))
def test_a_damaged_document_is_refused_as_such_or_still_a_contract(path: tuple[str | int, ...]) -> None:
    for damage in (None, "text"):
        document = document_copy()
        parent(document, path)[path[-1]] = damage
        try:
            contract = Contract.from_document(document)
        except ContractError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        else:
            assert contract.requirements


def test_the_digest_is_that_of_the_bytes(tmp_path: Path, contract: Contract) -> None:
    path = tmp_path / "orders.yaml"
    path.write_bytes(yaml.safe_dump(DOCUMENT).encode())
    copied = Contract.load(path)
    assert copied.requirements == contract.requirements
    assert copied.digest != contract.digest
    assert copied.digest.startswith("sha256:")


@pytest.mark.parametrize("path", list(places(DOCUMENT, 2)), ids=lambda path: "/".join(map(str, path)))
def test_a_document_that_is_not_openapi_is_refused_in_one_line(path: tuple[str | int, ...]) -> None:
    document = document_copy()
    parent(document, path)[path[-1]] = 1
    try:
        check_openapi(document)
    except ContractError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert path[0] == "x-conformance"
