"""A changed copy of the contract changes requirements, probes, embedded server and report; no Python is edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.rehearsal import Rehearsal, rehearse
from harness.verdict import Outcome
from reports.record import Writer, read
from reports.summary import summarise
from spec.contract import Contract
from strategies.orders import default_organisation
from tests.harness.runs import settings
from tests.spec.copies import document_copy, request_and_reply


@dataclass(frozen=True)
class Changed:
    """A changed contract and a rehearsal with it."""

    contract: Contract
    rehearsal: Rehearsal

    @property
    def bodies(self) -> list[Mapping[str, Any]]:
        """The orders that were sent, created or not."""
        texts = [event["request"]["body"].get("text", "") for event in self.rehearsal.events if _is_exchange(event)]
        return [order for order in map(_order, texts) if order]

    def created(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Pair the orders that were created with the answers."""
        return [
            (_order(event["request"]["body"]["text"]), _order(event["response"]["body"]["text"]))
            for event in self.rehearsal.events
            if _is_exchange(event) and event["response"]["status"] == self.contract.statuses.created
        ]

    def report(self, folder: Path) -> Mapping[str, Any]:
        """Write a record and make a report of it."""
        path = folder / "record.jsonl"
        with Writer(path) as writer:
            for event in self.rehearsal.events:
                writer.write(event)
        return summarise(read(path))


def _is_exchange(event: Mapping[str, Any]) -> bool:
    return event["type"] == "exchange"


def _order(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def run(document: dict[str, Any], examples: int = 0) -> Changed:
    """Rehearse with a changed document."""
    contract = Contract.from_document(document)
    chosen = settings(
        examples=examples,
        contract=contract,
        organisation=default_organisation(contract),
        selected=tuple(contract.requirements),
    )
    return Changed(contract, rehearse(chosen))


def renamed(document: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Replace whole texts, as names and as values, wherever they stand."""

    def follow(node: Any) -> Any:
        if isinstance(node, dict):
            return {words.get(key, key): follow(value) for key, value in node.items()}
        if isinstance(node, list):
            return [follow(value) for value in node]
        return words.get(node, node) if isinstance(node, str) else node

    changed: dict[str, Any] = follow(document)
    return changed


@pytest.fixture(scope="module")
def with_a_value() -> Changed:
    document = document_copy()
    for properties in request_and_reply(document):
        properties["channel"]["enum"].append("DRONE")
    return run(document, examples=40)


@pytest.fixture(scope="module")
def without_a_value() -> Changed:
    document = document_copy()
    for properties in request_and_reply(document):
        properties["channel"]["enum"].remove("GDS")
    return run(document)


@pytest.fixture(scope="module")
def with_a_field() -> Changed:
    document = document_copy()
    for properties in request_and_reply(document):
        properties["giftMessage"] = {"type": "string", "examples": ["Enjoy"], "x-echo": "exact"}
    return run(document, examples=40)


@pytest.mark.parametrize("name", ["with_a_value", "without_a_value", "with_a_field"])
def test_the_embedded_server_keeps_a_changed_contract(request: pytest.FixtureRequest, name: str) -> None:
    changed: Changed = request.getfixturevalue(name)
    assert changed.rehearsal.conclusion.reason is None
    assert changed.rehearsal.conclusion.outcome is Outcome.CONFORMANT


def test_a_new_value_is_a_requirement_that_passes(with_a_value: Changed) -> None:
    assert with_a_value.rehearsal.conclusion.verdicts["create/request/channel/enum/DRONE"] == "passed"


def test_a_new_value_is_sent_and_taken(with_a_value: Changed) -> None:
    assert any(
        order["channel"] == "DRONE" == answer["channel"]
        for order, answer in with_a_value.created()
        if "channel" in order
    )


def test_a_new_value_stands_in_the_report(with_a_value: Changed, tmp_path: Path) -> None:
    report = with_a_value.report(tmp_path)
    one = next(one for one in report["requirements"] if one["id"] == "create/request/channel/enum/DRONE")
    assert one["sentence"] == "The server MUST accept DRONE as channel."
    assert one["verdict"] == "passed"
    assert one["exchanges"] > 0


def test_a_removed_value_is_no_requirement(without_a_value: Changed) -> None:
    assert "create/request/channel/enum/GDS" not in without_a_value.rehearsal.conclusion.verdicts


def test_a_removed_value_is_not_taken(without_a_value: Changed) -> None:
    assert all(order.get("channel") != "GDS" for order, _ in without_a_value.created())


def test_a_new_field_has_requirements_that_pass(with_a_field: Changed) -> None:
    verdicts = with_a_field.rehearsal.conclusion.verdicts
    new = {name: verdict for name, verdict in verdicts.items() if "giftMessage" in name}
    assert new == {
        "create/request/giftMessage/optional": "passed",
        "create/request/giftMessage/null": "observed",
        "create/request/giftMessage/type": "passed",
        "create/request/giftMessage/accept": "passed",
        "create/request/giftMessage/beyond": "observed",
        "create/201/giftMessage/present": "passed",
        "create/201/giftMessage/type": "passed",
        "create/201/giftMessage/echo": "passed",
        "create/201/giftMessage/own": "passed",
    }


def test_a_new_field_is_sent_in_every_way(with_a_field: Changed) -> None:
    values = [order.get("giftMessage", ...) for order in with_a_field.bodies]
    assert "Enjoy" in values
    assert None in values
    assert ... in values
    assert any(isinstance(value, bool) for value in values)


def test_a_new_field_is_echoed(with_a_field: Changed) -> None:
    echoed = [
        answer.get("giftMessage") for order, answer in with_a_field.created() if order.get("giftMessage") == "Enjoy"
    ]
    assert echoed
    assert set(echoed) == {"Enjoy"}


def test_a_new_field_stands_in_the_report(with_a_field: Changed, tmp_path: Path) -> None:
    identifiers = [one["id"] for one in with_a_field.report(tmp_path)["requirements"]]
    assert "create/201/giftMessage/echo" in identifiers


def test_other_names_for_fields_are_an_edit_of_the_contract_only() -> None:
    document = renamed(
        document_copy(),
        {
            "referenceId": "orderNumber",
            "orderedAt": "soldAt",
            "channel": "way",
            "status": "state",
            "price": "total",
            "ref": "handle",
            "href": "location",
            "message": "complaint",
            "code": "number",
        },
    )
    assert run(document, examples=40).rehearsal.conclusion.outcome is Outcome.CONFORMANT


def test_other_statuses_are_an_edit_of_the_contract_only() -> None:
    document = document_copy()
    responses = document["paths"]["/v2.1/orders"]["post"]["responses"]
    for old, new in (("201", "200"), ("400", "422"), ("409", "412")):
        responses[new] = responses.pop(old)
    document["x-conformance"]["statuses"] |= {"created": 200, "refused": 422, "conflict": 412}
    for schema, status in (("BadRequest", 422), ("Conflict", 412)):
        for name in ("status", "code"):
            document["components"]["schemas"][schema]["properties"][name]["x-equals"] = status
    changed = run(document)
    assert changed.rehearsal.conclusion.outcome is Outcome.CONFORMANT
    assert changed.rehearsal.conclusion.verdicts["create/422/code/value"] == "passed"


def test_another_path_is_an_edit_of_the_contract_only() -> None:
    document = document_copy()
    document["paths"]["/v9/purchases"] = document["paths"].pop("/v2.1/orders")
    document["x-conformance"]["path"] = "/v9/purchases"
    assert run(document).rehearsal.conclusion.outcome is Outcome.CONFORMANT
