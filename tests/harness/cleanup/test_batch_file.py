"""The vendor's batch file for deletion."""

from __future__ import annotations

import gzip
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.cleanup.batch_file import batch
from orders_conformance.harness.ledger.reconcile import LedgerOrder
from orders_conformance.spec.contract import Contract
from tests.support.contract_copies import document_copy
from tests.support.ledgers import TIMEOUT, Written, order, taken
from tests.support.runs import CONTRACT, created


@pytest.fixture
def orders(tmp_path: Path) -> tuple[LedgerOrder, ...]:
    """An order that was created, one that may have been, and one without an instant."""
    odd = order(3, orderedAt="tomorrow")
    return Written(tmp_path / "ledger.jsonl").run(taken(1), (order(2), TIMEOUT), (odd, created(odd, "r"))).orders()


def records(packed: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(packed).decode("ascii").splitlines()]


def test_an_order_is_a_record_with_everything_that_is_known(orders: tuple[LedgerOrder, ...]) -> None:
    first, second, third = records(batch(orders, CONTRACT))
    key = {"referenceId": "OC123456-1", "orderedAt": order()["orderedAt"]}
    assert first == {"ref": orders[0].id, "schema": "order", "mode": "delete", "value": {**key, "orderRef": "ref-1"}}
    assert second["value"] == {**key, "referenceId": "OC123456-2"}
    assert third["value"] == {"referenceId": "OC123456-3", "orderRef": "r"}


def test_each_record_has_a_uuid_of_its_own(orders: tuple[LedgerOrder, ...]) -> None:
    refs = [record["ref"] for record in records(batch(orders, CONTRACT))]
    assert [str(uuid.UUID(ref)) for ref in refs] == refs
    assert len(set(refs)) == 3


def test_the_same_orders_make_the_same_bytes(orders: tuple[LedgerOrder, ...]) -> None:
    packed = batch(orders, CONTRACT)
    assert packed == batch(orders, CONTRACT)
    # RFC 1952, 2.3: no flags, no time, no name.
    assert packed[:8] == b"\x1f\x8b\x08\0\0\0\0\0"


def test_hostile_text_is_plain_ascii(tmp_path: Path) -> None:
    text = 'OC123456-\u202e\ud800\x1b"\n'
    (one,) = Written(tmp_path / "ledger.jsonl").run((order(referenceId=text), TIMEOUT)).orders()
    (record,) = records(batch([one], CONTRACT))
    assert record["value"]["referenceId"] == text


def test_the_names_are_the_contracts(orders: tuple[LedgerOrder, ...]) -> None:
    document = document_copy()
    document["x-conformance"]["batch"] = {
        "record": "id",
        "fixed": {"kind": "purchase"},
        "order": "body",
        "identity": "own",
    }
    (record,) = records(batch(orders[:1], Contract.from_document(document)))
    assert (record["id"], record["kind"], record["body"]["own"]) == (orders[0].id, "purchase", "ref-1")
