"""A card shows the steps of a failure with what is wrong in them."""

from typing import Any

from orders_conformance.reports.page.cards import STEPS_SHOWN, Reproduction, reproduction
from orders_conformance.reports.summary import Report
from tests.support import records

REPORT: Report = {"suite": {"name": "orders-conformance"}, "target": {"url": "http://127.0.0.1:1"}}


def shown(name: str, **changes: Any) -> Reproduction | None:
    finding = {
        "id": "f4",
        "expected": "409: created by x1 with the same referenceId",
        "observed": "the same order again was accepted (201)",
        "minimal": False,
        "curl": "curl -d 1 http://a --next -d 2 http://a",
        "exchange": records.exchange("x2"),
        "before": [records.exchange("x1")],
    }
    return reproduction({"id": name}, finding | changes, REPORT)


def certain(name: str, **changes: Any) -> Reproduction:
    found = shown(name, **changes)
    assert found is not None
    return found


def test_the_steps_are_numbered_and_each_has_its_command() -> None:
    steps = certain("create/409/duplicate").steps
    assert [(step.number, step.exchange) for step in steps] == [(1, "x1"), (2, "x2")]
    assert [step.command.split()[:3] for step in steps] == [["curl", "-d", "1"], ["curl", "-d", "2"]]
    assert steps[0].start == "POST /v2.1/orders"
    assert steps[0].details == "Content-Type: application/json"


def test_expected_names_the_step_and_the_reason_in_words() -> None:
    found = certain("create/409/duplicate")
    assert found.expected == "409, because the order was created in step 1 with the same referenceId"
    assert found.replay == "orders-conformance replay record.jsonl f4 --target http://127.0.0.1:1"


def test_the_wrong_status_of_the_last_step_is_marked_and_no_other() -> None:
    steps = certain("create/409/duplicate").steps
    assert [step.answer_marked for step in steps] == [False, True]
    assert not any(line.marked for line in steps[-1].response)


def test_fields_that_the_texts_name_are_marked_in_the_request() -> None:
    step = certain("create/409/duplicate").steps[0]
    assert [line.words for line in step.body if line.marked] == ['"referenceId": "OC7F3A-x1",']


def test_a_wrong_field_is_marked_in_the_response() -> None:
    found = certain("create/201/price/type", expected="price: a number", observed="price: 50", before=[], curl="curl x")
    assert [line.words for line in found.steps[0].response if line.marked] == ['"price": 50,']
    assert not found.steps[0].answer_marked


def test_a_missing_field_is_named() -> None:
    found = certain("create/request/channel/required", expected="400", observed="no channel: accepted (201)")
    assert (found.missing, found.field) == ("request", "channel")
    found = certain("create/201/channel/present", expected="channel: 1", observed="no channel in the response")
    assert (found.missing, found.field) == ("response", "channel")
    assert certain("create/409/duplicate").missing == ""


def test_a_wrong_header_is_shown() -> None:
    found = certain("create/201/media-type", expected="Content-Type: application/json", observed="Content-Type: x/y")
    assert found.steps[-1].headers == [("content-type", "application/json")]


def test_a_response_that_did_not_come_is_marked() -> None:
    lost = records.exchange("x2", response=None, failure={"kind": "timeout", "detail": "no response within 10 s"})
    step = certain("create/any/answered", exchange=lost).steps[-1]
    assert (step.answer, step.answer_marked) == ("timeout: no response within 10 s", True)


def test_of_many_steps_the_last_are_shown() -> None:
    before = [records.exchange(f"x{number}") for number in range(10, 20)]
    found = certain("create/409/duplicate", before=before)
    assert found.left_out == len(before) + 1 - STEPS_SHOWN
    assert [step.number for step in found.steps] == [8, 9, 10, 11]
    assert {step.command for step in found.steps} == {""}


def test_a_finding_whose_exchange_is_missing_has_no_steps() -> None:
    assert shown("create/409/duplicate", exchange=None) is None


def test_credentials_and_groups_out_of_the_ordinary_are_said() -> None:
    request = records.exchange("x2")["request"] | {"headers": [], "credentials": "none"}
    step = certain("create/409/duplicate", exchange=records.exchange("x2", request=request, group="g1")).steps[-1]
    assert step.details == "no Content-Type; credentials “none”; sent at the same time as the others of its group"
