"""Other names, statuses and another path are an edit of the contract; no Python is edited."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Outcome
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.writer import Writer
from orders_conformance.reports.summary import summarise
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.orders.valid import default_organisation
from tests.support.contract_copies import document_copy, request_and_reply
from tests.support.runs import settings

# Every field of request and replies that could be taken for a word of English.
OTHER_NAMES = {
    "referenceId": "orderNumber",
    "orderedAt": "soldAt",
    "channel": "way",
    "status": "state",
    "price": "total",
    "ref": "handle",
    "href": "location",
    "message": "complaint",
    "code": "number",
    "items": "list",
}


def run(document: dict[str, Any], examples: int = 0) -> DryRun:
    """Rehearse with a changed document."""
    contract = Contract.from_document(document)
    chosen = settings(
        examples=examples,
        contract=contract,
        organisation=default_organisation(contract),
        selected=tuple(contract.requirements),
    )
    return dry_run(chosen)


def renamed(node: Any, names: Mapping[str, str]) -> Any:
    """Replace names wherever they stand: the properties of schemas and examples, and lists of names."""
    if isinstance(node, dict):
        # A schema's own `items` is a word of JSON Schema; it stands beside a type.
        own = {"items"} if node.get("type") == "array" else set()
        return {key if key in own else names.get(key, key): renamed(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [renamed(value, names) for value in node]
    return names.get(node, node) if isinstance(node, str) else node


def test_fields_may_have_other_names() -> None:
    rehearsal = run(renamed(document_copy(), OTHER_NAMES), examples=20)
    assert rehearsal.conclusion.outcome is Outcome.CONFORMANT, rehearsal.conclusion.reason
    assert "create/201/contacts/list/type" in rehearsal.conclusion.verdicts


def test_statuses_may_be_others() -> None:
    document = document_copy()
    responses = document["paths"]["/v2.1/orders"]["post"]["responses"]
    for old, new in (("201", "200"), ("400", "422"), ("409", "412")):
        responses[new] = responses.pop(old)
    document["x-conformance"]["statuses"] |= {"created": 200, "rejected": 422, "conflict": 412}
    for schema, status in (("BadRequest", 422), ("Conflict", 412)):
        for name in ("status", "code"):
            document["components"]["schemas"][schema]["properties"][name]["x-equals"] = status
    conclusion = run(document).conclusion
    assert conclusion.outcome is Outcome.CONFORMANT, conclusion.reason
    assert conclusion.verdicts["create/422/code/value"] == "passed"


def test_the_path_may_be_another() -> None:
    document = document_copy()
    document["paths"]["/v9/purchases"] = document["paths"].pop("/v2.1/orders")
    document["x-conformance"]["path"] = "/v9/purchases"
    rehearsal = run(document)
    assert rehearsal.conclusion.outcome is Outcome.CONFORMANT, rehearsal.conclusion.reason
    links = [event["request"]["url"] for event in rehearsal.events if event["type"] == "exchange"]
    assert set(links) == {"http://127.0.0.1/v9/purchases"}


def test_a_new_value_stands_in_the_report(tmp_path: Path) -> None:
    document = document_copy()
    for properties in request_and_reply(document):
        properties["channel"]["enum"].append("CARRIER_PIGEON")
    path = tmp_path / "record.jsonl"
    with Writer(path) as writer:
        for event in run(document).events:
            writer.write(event)
    report = summarise(read(path))
    one = next(one for one in report["requirements"] if one["id"] == "create/request/channel/enum/CARRIER_PIGEON")
    assert (one["sentence"], one["verdict"]) == ("The server MUST accept CARRIER_PIGEON as channel.", "passed")
    assert one["exchanges"] > 0
