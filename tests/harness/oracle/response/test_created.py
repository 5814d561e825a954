"""The body of the response to a created order: echo, identity, and no values of other orders."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.runs import Judge, broken, created, full, held, minimal, record, request, response


def echoed(name: str, sent: str, answered: str) -> str:
    """Return how a value in the response is judged if another one was sent; both are JSON."""
    order = json.dumps(full(**{name: "SENT"})).replace('"SENT"', sent).encode()
    answer = json.dumps(record(full(**{name: "SENT"}))).replace('"SENT"', answered).encode()
    judged = Judge().judge(request(order), response(201, answer))
    family = "echo_or_now" if name in {"createdAt", "modifiedAt"} else "echo"
    about = f"{family}/201/{name}"
    return "held" if about in held(judged) else "broken" if about in broken(judged) else "not judged"


@pytest.mark.parametrize(
    ("sent", "answered", "expected"),
    [
        ("50", "50", "held"),
        ("50", "50.0", "held"),
        ("50", "5e1", "held"),
        ("50.0", "50", "held"),
        ("19.99", "19.990", "held"),
        ("0.1", "0.1000000000000000055511151231257827", "held"),
        ("12345678901.25", "12345678901.25", "held"),
        ("0", "-0.0", "held"),
        ("1e400", "1e401", "held"),
        ("50", "50.01", "broken"),
        ("19.99", "19.9", "broken"),
        ("19.99", "20", "broken"),
        ("0.01", "0", "broken"),
        ("50", "5000", "broken"),
        ("50", "-50", "broken"),
        ("50", '"50"', "not judged"),
        ("50", "true", "not judged"),
    ],
)
def test_echo_of_the_amount(sent: str, answered: str, expected: str) -> None:
    assert echoed("price", sent, answered) == expected


@pytest.mark.parametrize(
    ("sent", "answered", "expected"),
    [
        ("2024-01-01T16:17:16Z", "2024-01-01T16:17:16Z", "held"),
        ("2024-01-01T16:17:16Z", "2024-01-01T16:17:16.000Z", "held"),
        ("2024-01-01T16:17:16Z", "2024-01-01T16:17:16+00:00", "held"),
        ("2024-01-01T16:17:16Z", "2024-01-01T16:17:16", "held"),
        ("2024-01-01T16:17:16+02:00", "2024-01-01T14:17:16Z", "held"),
        ("2024-01-01T16:17:16.123456Z", "2024-01-01T16:17:16.123456Z", "held"),
        ("2024-01-01T16:17:16.123456Z", "2024-01-01T16:17:16.123Z", "held"),
        ("2024-01-01T16:17:16.123456Z", "2024-01-01T16:17:16Z", "held"),
        ("2024-01-01T16:17:16.123567Z", "2024-01-01T16:17:16.124Z", "held"),
        ("2024-01-01T16:17:16.5Z", "2024-01-01T16:17:17Z", "held"),
        ("2024-01-01T16:17:16.123456Z", "2024-01-01T16:17:16.124Z", "held"),
        ("2024-01-01T16:17:16.123456Z", "2024-01-01T16:17:16.125Z", "broken"),
        ("2024-01-01T16:17:16.4Z", "2024-01-01T16:17:18Z", "broken"),
        ("2024-01-01T16:17:16.250Z", "2024-01-01T16:17:16.2Z", "broken"),
        ("2024-01-01T16:17:16+02:00", "2024-01-01T16:17:16Z", "broken"),
        ("2024-01-01T16:17:16+02:00", "2024-01-01T18:17:16Z", "broken"),
        ("2024-01-01T16:17:16Z", "2024-01-01T00:00:00Z", "broken"),
        ("2024-01-01T16:17:16Z", "2026-01-02T03:04:05Z", "broken"),
        ("2024-01-01T16:17:16Z", "soon", "broken"),
        ("2024-01-01T16:17:16Z", "", "broken"),
        ("2024-01-01T16:17:16Z", "2024-01-02", "not judged"),
    ],
)
def test_echo_of_the_instant(sent: str, answered: str, expected: str) -> None:
    assert echoed("orderedAt", f'"{sent}"', f'"{answered}"') == expected


@pytest.mark.parametrize(
    ("sent", "answered", "expected"),
    [
        ("2024-01-01t16:17:16z", "2024-01-01t16:17:16z", "held"),
        ("2024-01-01t16:17:16z", "2024-01-01T16:17:16Z", "held"),
        ("2024-01-01 16:17:16+02:00", "2024-01-01T14:17:16Z", "held"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "held"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "held"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59Z", "held"),
        ("2024-01-01t16:17:16z", "2024-01-01T16:18:16Z", "broken"),
        ("2016-12-31T23:59:60Z", "2016-12-31T22:59:60Z", "broken"),
        ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "broken"),
    ],
)
def test_echo_of_an_unusual_instant(sent: str, answered: str, expected: str) -> None:
    assert echoed("orderedAt", f'"{sent}"', f'"{answered}"') == expected


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ("2024-01-01T16:17:16Z", "held"),
        ("2026-01-02T03:04:05Z", "held"),
        ("2026-01-01T03:04:05Z", "held"),
        ("2026-01-03T03:04:06Z", "broken"),
        ("2025-06-01T00:00:00Z", "broken"),
    ],
)
@pytest.mark.parametrize("name", ["createdAt", "modifiedAt"])
def test_createdat_and_modifiedat_are_as_sent_or_about_now(name: str, answered: str, expected: str) -> None:
    assert echoed(name, '"2024-01-01T16:17:16Z"', f'"{answered}"') == expected


@pytest.mark.parametrize(("answered", "rule"), [("2026-01-02T03:00:00Z", held), ("2024-01-01T16:17:16Z", broken)])
def test_an_instant_that_was_not_sent_is_about_now(answered: str, rule: Any) -> None:
    assert "echo_or_now/201/createdAt" in rule(Judge().judge(minimal(), created(minimal(), createdAt=answered)))


@pytest.mark.parametrize("name", ["currencyCode", "referenceId", "paymentType", "pointOfSale"])
@pytest.mark.parametrize(("change", "expected"), [(str, "held"), (str.swapcase, "broken"), (" {}".format, "broken")])
def test_text_is_echoed_exactly(name: str, change: Any, expected: str) -> None:
    sent = full()[name]
    assert echoed(name, json.dumps(sent), json.dumps(change(sent))) == expected


@pytest.mark.parametrize(("returned", "expected"), [("WEB", "held"), ("GDS", "broken"), ("web", "not judged")])
def test_a_value_that_is_not_documented_is_no_second_fault(returned: str, expected: str) -> None:
    assert echoed("channel", '"WEB"', json.dumps(returned)) == expected


def test_a_value_that_breaks_another_requirement_names_it_as_the_cause() -> None:
    judged = Judge().judge(full(), created(full(), channel="web", orderedAt="Mon Jan 01 16:17:16 CET 2024"))
    assert {(one.requirement, one.cause) for one in judged.dependent} == {
        (("echo", "201", "channel"), ("response_enum", "201", "channel")),
        (("echo", "201", "orderedAt"), ("response_format", "201", "orderedAt")),
    }


@pytest.mark.parametrize("name", ["createdAt", "modifiedAt"])
@pytest.mark.parametrize(
    "sent", ["2024-01-01t16:17:16z", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "2999-12-31T23:59:59Z"]
)
def test_the_time_of_the_request_is_right_for_every_sent_value(name: str, sent: str) -> None:
    order = full(**{name: sent})
    judged = Judge().judge(order, created(order, **{name: "2026-01-02T03:04:05.123Z"}))
    assert broken(judged) == set()


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("2024-01-01t16:17:16z", "2024-01-01t16:17:16z"),
        ("2024-01-01 16:17:16Z", "2024-01-01 16:17:16Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999999999Z", "+010000-01-01T00:00:00Z"),
        ("0000-01-01T00:00:00+01:00", "-000001-12-31T23:00:00.000Z"),
    ],
)
def test_what_an_unusual_date_time_may_be_returned_as_is_no_fault_of_its_format(sent: str, returned: str) -> None:
    order = minimal(orderedAt=sent)
    assert broken(Judge().judge(order, created(order, orderedAt=returned))) == set()


def test_another_form_of_an_unusual_value_is_observed() -> None:
    order = minimal(price=1.005)
    judged = Judge().judge(order, created(order, price=1.01))
    assert (("unusual_values", "price"), "price: 1.005 returned as 1.01") in judged.observed


@pytest.mark.parametrize(
    ("wrong", "returned"),
    [({"price": "50"}, "50"), ({"channel": "FAX"}, "FAX"), ({"orderedAt": "soon"}, "soon"), ({"referenceId": 7}, 7)],
)
def test_a_wrong_value_that_is_accepted_and_returned_is_one_fault(wrong: dict[str, Any], returned: Any) -> None:
    (name,) = wrong
    judged = Judge().judge(full(**wrong), created(full(), **{name: returned}))
    assert len(broken(judged)) == 1
    assert name in broken(judged).pop()


def test_text_outside_ascii_is_echoed_exactly() -> None:
    assert echoed("paymentType", '"Überweisung"', '"\\u00dcberweisung"') == "held"
    assert echoed("paymentType", '"Überweisung"', '"Ã\\u009cberweisung"') == "broken"


def test_a_field_that_should_have_been_rejected_need_not_be_echoed() -> None:
    order = minimal(price="50")
    judged = Judge().judge(order, created(order, price=0))
    assert "echo/201/price" not in broken(judged) | held(judged)


def is_from_another_order(*answered: object, name: str = "channel", first: Any = ...) -> bool:
    """Return whether the last of several values, one per order without the field, is judged as from another order."""
    judge = Judge()
    if first is not ...:
        order = full(referenceId="AB-0", **{name: first})
        judge.judge(order, created(order, "r-0"))
    last: set[str] = set()
    for number, value in enumerate(answered, 1):
        order = minimal(referenceId=f"AB-{number}")
        last = broken(judge.judge(order, created(order, f"r-{number}", **{name: value})))
    return f"not_from_another_order/201/{name}" in last


def test_a_default_that_is_always_the_same_is_fine() -> None:
    assert not is_from_another_order("OTHER", "OTHER", "OTHER")


def test_no_value_then_a_default_is_fine() -> None:
    assert not is_from_another_order(..., "OTHER")


def test_null_for_an_absent_field_is_not_from_another_order() -> None:
    assert not is_from_another_order(None, None)
    assert not is_from_another_order("OTHER", None)


def test_values_of_other_orders_for_a_field_that_was_not_sent() -> None:
    judge = Judge()
    last: set[str] = set()
    for number, channel in enumerate(["WEB", "KIOSK", "GDS"]):
        order = minimal(referenceId=f"AB-{number}", channel=channel)
        judge.judge(order, created(order, f"r-{number}"))
        absent = minimal(referenceId=f"CD-{number}")
        last = broken(judge.judge(absent, created(absent, f"s-{number}", channel=channel)))
    assert last == {"not_from_another_order/201/channel"}


@pytest.mark.parametrize("values", [("A", "B", "C", "D"), ("Cash", "A", "Card", "B")])
def test_values_that_nobody_sent_are_not_from_another_order(values: tuple[str, ...]) -> None:
    judge = Judge()
    for number, sent in enumerate(["Card", "Cash"]):
        order = minimal(referenceId=f"AB-{number}", paymentType=sent)
        judge.judge(order, created(order, f"r-{number}"))
    for number, value in enumerate(values):
        absent = minimal(referenceId=f"CD-{number}")
        assert broken(judge.judge(absent, created(absent, f"s-{number}", paymentType=value))) == set()


def test_a_default_that_another_order_has_too_is_fine() -> None:
    assert not is_from_another_order("KIOSK", "KIOSK", "KIOSK", first="KIOSK")


@pytest.mark.parametrize("name", ["paymentType", "cardType", "pointOfSale", "channel", "status"])
def test_an_absent_field_left_out_is_not_from_another_order(name: str) -> None:
    assert f"not_from_another_order/201/{name}" in held(Judge().judge(minimal(), created(minimal())))


def test_a_ref_that_another_order_has_is_not_unique() -> None:
    judge = Judge()
    judge.create(minimal(), id="first")
    second = minimal(referenceId="AB-2")
    judged = judge.judge(second, created(second, "r-before-0", href="https://api.example.com/v2.1/orders/x"))
    assert {"unique_ref"} == broken(judged) - {"href_ends_in_ref"}
    assert "as in exchange first" in next(one.observed for one in judged.broken if "unique" in one.requirement[0])


def test_an_href_that_another_order_has_is_not_unique() -> None:
    judge = Judge()
    judge.create(minimal())
    second = minimal(referenceId="AB-2")
    judged = judge.judge(second, created(second, "r-9", href="https://api.example.com/v2.1/orders/r-before-0"))
    assert broken(judged) == {"unique_href"}


def test_an_href_that_names_another_order_is_not_its_own() -> None:
    judge = Judge()
    judge.create(minimal())
    second = minimal(referenceId="AB-2")
    other = "https://other.example.com/v2.1/orders/r-before-0"
    assert broken(judge.judge(second, created(second, "r-9", href=other))) == {"unique_href"}


@pytest.mark.parametrize(("name", "rule"), [("ref", "unique_ref"), ("href", "unique_href")])
def test_what_the_server_assigns_is_not_taken_from_the_request(name: str, rule: str) -> None:
    own = {"ref": "r-1", "href": "https://api.example.com/v2.1/orders/r-1"}
    order = minimal(**{name: own[name]})
    assert broken(Judge().judge(order, created(order, **{**own, "ref": own["ref"]}))) == {rule}


@pytest.mark.parametrize("text", ["null", "None", "undefined"])
def test_null_does_not_return_as_a_text(text: str) -> None:
    order = minimal(pointOfSale=None)
    assert broken(Judge().judge(order, created(minimal(), pointOfSale=text))) == {"echo/201/pointOfSale"}


def test_ref_and_href_of_their_own_are_shown_to_be_unique() -> None:
    assert {"unique_ref", "unique_href"} <= held(Judge().judge(minimal(), created(minimal())))


@pytest.mark.parametrize(
    ("href", "rule"),
    [
        ("https://api.example.com/v2.1/orders/r 1", held),
        ("https://api.example.com/v2.1/orders/r%201", held),
        ("https://api.example.com/base/v2.1/orders/r%201", held),
        ("http://[::1]:8080/v2.1/orders/r 1", held),
        ("https://api.example.com/v2.1/orders/r%201?view=full", held),
        ("https://api.example.com/v2.1/orders/", broken),
        ("https://api.example.com/v2.1/orders/other", broken),
        ("https://api.example.com/orders/r%201", broken),
        ("https://api.example.com/v2.1/orders/r%201/", broken),
        ("https://api.example.com/?to=/v2.1/orders/r%201", broken),
        ("http://[broken", broken),
    ],
)
def test_the_end_of_the_href(href: str, rule: Any) -> None:
    assert "href_ends_in_ref" in rule(Judge().judge(minimal(), created(minimal(), "r 1", href=href)))


def test_changed_text_from_a_server_that_does_not_write_utf_8_is_a_fault_of_the_body() -> None:
    judge = Judge()
    order = minimal(cardType="\u00e9")
    judge.judge(order, response(201, json.dumps(record(order), ensure_ascii=False).encode("latin-1")))
    again = minimal(referenceId="B94TXY-2", cardType="\u00cd\u00bd")
    found = judge.judge(again, response(201, json.dumps(record(again), ensure_ascii=False).encode("latin-1")))
    assert "echo/201/cardType" not in broken(found)
    assert "object/201" in {"/".join(one.cause) for one in found.dependent}
