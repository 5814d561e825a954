"""What the contract sees in a request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orders_conformance.harness.messages.json_body import read_body
from orders_conformance.harness.oracle.classification import Name
from tests.support.runs import CONTRACT, CREDENTIALS, full, minimal, request, seen

WRONG_TYPES: dict[str, list[Any]] = {
    "string": [7, 1.5, True, [], {}],
    "number": ["50", "", False, [50], {"amount": 50}],
}
TYPE_CASES = [(one.name, value) for one in CONTRACT.fields.values() for value in WRONG_TYPES[one.type]]
REQUIRED = [one.name for one in CONTRACT.fields.values() if one.required]
OPTIONAL = [one.name for one in CONTRACT.fields.values() if not one.required]
VALUES = [(one.name, value) for one in CONTRACT.fields.values() for value in one.enum]
NEVER = [(one.name, value) for one in CONTRACT.fields.values() for value in one.never]
UNUSUAL = [(one.name, value) for one in CONTRACT.fields.values() for value in one.unusual]
DATES = [one.name for one in CONTRACT.fields.values() if one.format == "date-time"]


@pytest.mark.parametrize(("name", "value"), TYPE_CASES)
def test_a_value_of_another_type_is_a_violation(name: str, value: object) -> None:
    assert seen(full(**{name: value})).violations == (("type", name),)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_field_that_is_missing_is_a_violation(name: str) -> None:
    assert seen(full(**{name: ...})).violations == (("required", name),)


@pytest.mark.parametrize("name", REQUIRED)
def test_null_for_a_required_field_is_a_violation(name: str) -> None:
    assert seen(full(**{name: None})).violations == (("null_required", name),)


@pytest.mark.parametrize("name", OPTIONAL)
def test_null_for_an_optional_field_is_unusual(name: str) -> None:
    found = seen(full(**{name: None}))
    assert found.violations == ()
    assert ("null_optional", name) in found.unusual


@pytest.mark.parametrize("name", sorted(set(OPTIONAL) - {"cardType", "paymentType"}))
def test_an_optional_field_may_be_missing(name: str) -> None:
    found = seen(full(**{name: ...}))
    assert (found.violations, found.unusual) == ((), ())
    assert ("optional", name) in found.features


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_documented_value_is_a_feature(name: str, value: str) -> None:
    assert ("value", name, value) in seen(full(**{name: value})).features


@pytest.mark.parametrize(("name", "value"), [*NEVER, ("channel", "web"), ("status", ""), ("status", "PURCHASED ")])
def test_a_value_that_is_not_documented_is_a_violation(name: str, value: str) -> None:
    assert seen(full(**{name: value})).violations == (("enum", name),)


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2024-01-01", "2024-01-01T16:17:16", "2023-02-29T12:00:00Z", "2024-01-01T25:00:00Z", "0"],
)
def test_a_text_that_is_not_a_date_time_is_a_violation(name: str, text: str) -> None:
    assert seen(full(**{name: text})).violations == (("format", name),)


@pytest.mark.parametrize(
    "text",
    ["2024-01-01t16:17:16z", "2024-01-01 16:17:16Z", "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z"],
)
def test_a_date_that_a_server_may_accept_or_reject_is_unusual(text: str) -> None:
    found = seen(minimal(orderedAt=text))
    assert (found.violations, found.unusual) == ((), (("unusual_values", "orderedAt"),))


@pytest.mark.parametrize("offset", ["+14:01", "-12:30", "+23:59"])
def test_an_offset_that_no_place_has_is_unusual(offset: str) -> None:
    assert ("unusual_values", "orderedAt") in seen(minimal(orderedAt=f"2024-01-01T16:17:16{offset}")).unusual


def test_a_date_in_the_future_is_unusual() -> None:
    assert ("unusual_values", "orderedAt") in seen(minimal(orderedAt="2026-01-02T03:04:06Z")).unusual


def test_the_time_of_the_request_is_plain() -> None:
    assert seen(minimal(orderedAt="2026-01-02T03:04:05Z")).unusual == ()


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("2024-01-01T16:17:16Z", set()),
        ("2024-01-01T16:17:16+02:00", {"offset"}),
        ("2024-01-01T16:17:16.5Z", {"fraction"}),
        ("2024-01-01T16:17:16.123456-08:00", {"offset", "fraction"}),
    ],
)
def test_how_a_date_is_written_is_a_feature(text: str, features: set[str]) -> None:
    found = {name[0] for name in seen(minimal(orderedAt=text)).features if name[1] == "orderedAt"}
    assert found == {"accept"} | features


def test_a_fraction_of_more_digits_than_plain_orders_have_is_unusual() -> None:
    assert seen(minimal(orderedAt="2024-01-01T16:17:16.1234567Z")).unusual == (("unusual_values", "orderedAt"),)


@pytest.mark.parametrize("text", ["0", "0.00", "-0", "0.01", "50", "5e1", "50.0", "1.500", "999999.99", "999999.990"])
def test_an_amount_in_the_plain_core(text: str) -> None:
    body = json.dumps(minimal(price=0.125)).replace("0.125", text).encode()
    found = seen(body)
    assert (found.violations, found.unusual) == ((), ())
    assert ("accept", "price") in found.features


@pytest.mark.parametrize(
    "text", ["1000000.25", "1000000", "999999.991", "-0.01", "-12.5", "1.005", "0.0001", "1e400", f"50.{'0' * 40}1"]
)
def test_an_amount_outside_the_plain_core(text: str) -> None:
    body = json.dumps(minimal(price=0.125)).replace("0.125", text).encode()
    found = seen(body)
    assert (found.violations, found.unusual) == ((), (("unusual_values", "price"),))
    assert ("accept", "price") not in found.features


@pytest.mark.parametrize(("name", "value"), UNUSUAL)
def test_values_that_the_contract_calls_unusual_are(name: str, value: object) -> None:
    found = seen(minimal(**{name: value}))
    assert (found.violations, found.unusual) == ((), (("unusual_values", name),))


@pytest.mark.parametrize("reference", ["", "abc", "lower-case", "AB", "A" * 21, "ÄÖÜ-1234", "AB--12"])
def test_an_unusual_reference(reference: str) -> None:
    assert seen(minimal(referenceId=reference)).unusual == (("unusual_values", "referenceId"),)


def test_dates_that_do_not_follow_each_other_are_unusual() -> None:
    assert ("unusual_values", "modifiedAt") in seen(full(modifiedAt="2023-01-01T00:00:00Z")).unusual


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"cardType": ...}, "cardType"), ({"paymentType": "Cash"}, "cardType"), ({"paymentType": ...}, "cardType")],
)
def test_fields_that_depend_on_each_other_are_unusual_apart(changes: dict[str, Any], name: str) -> None:
    assert seen(full(**changes)).unusual == (("unusual_values", name),)


def test_an_unknown_property_is_unusual() -> None:
    assert seen(minimal(colour="red")).unusual == (("unknown_property",),)


def test_a_repeated_name_is_unusual() -> None:
    body = json.dumps(minimal()).encode().replace(b'"price"', b'"price": 1, "price"')
    assert seen(body).unusual == (("unknown_property",),)


def test_a_wrong_field_is_not_among_the_plainly_sent_ones() -> None:
    assert "price" not in seen(full(price="50")).plainly_sent()


@pytest.mark.parametrize(
    ("content_type", "media"),
    [
        ("application/json", "json"),
        ("application/json; charset=utf-8", "parameter"),
        ("APPLICATION/JSON", "parameter"),
        ("application/json; charset=latin-1", "unusual"),
        ("application/problem+json", "unusual"),
        (None, "missing"),
        ("text/plain", "other"),
        ("application/jsonp", "other"),
        ("", "other"),
    ],
)
def test_media_type(content_type: str | None, media: str) -> None:
    assert seen(minimal(), content_type=content_type).media == media


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"{price: 50}", "malformed"),
        (b"{'price': 50}", "malformed"),
        (b'{"price": 05}', "malformed"),
        (b'{"price": 50', "truncated"),
        (b'{"referenceId": "AB', "truncated"),
        (b"{} {}", "trailing-text"),
        (b'{"price": 50},', "trailing-text"),
        (b"[]", "not-an-object"),
        (b"null", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b'{"price": NaN}', "not-a-number"),
        (b'{"price": -Infinity}', "not-a-number"),
        (b'{"referenceId": "\xff"}', "not-utf-8"),
    ],
)
def test_a_broken_body(body: bytes, fault: str) -> None:
    found = seen(body)
    assert (found.body_fault, found.document) == (fault, None)


def test_every_kind_of_broken_body_of_the_contract_is_covered_above() -> None:
    marks = test_a_broken_body.pytestmark  # type: ignore[attr-defined] # what the decorator above put there
    assert {fault for _, fault in marks[0].args[1]} == set(CONTRACT.extension.bodies)


def test_nesting_too_deep_to_be_read_is_unusual() -> None:
    found = seen(b'{"price": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert (found.body_fault, found.unusual) == (None, (("unknown_property",),))


def test_a_byte_order_mark_is_unusual_json() -> None:
    assert read_body(b"\xef\xbb\xbf{}") == (None, {}, True)


@pytest.mark.parametrize("variant", CREDENTIALS.variants())
def test_credentials(variant: str) -> None:
    assert seen(minimal(), credentials=variant).credentials == variant


@pytest.mark.parametrize("changes", [{"referenceId": ...}, {"orderedAt": "soon"}, {"referenceId": 7}])
def test_an_order_without_reference_or_instant_has_no_key(changes: dict[str, Any]) -> None:
    assert seen(minimal(**changes)).key is None


def test_the_key_of_an_invalid_order_is_seen() -> None:
    key = seen(minimal(price="50")).key
    assert key is not None
    assert (key.reference, key.written) == ("B94TXY-1", "2024-01-01T16:17:16Z")


def test_all_violations_of_an_order_are_seen() -> None:
    expected: set[Name] = {("type", "price"), ("enum", "channel"), ("required", "currencyCode")}
    assert set(seen(full(price="50", channel="FAX", currencyCode=...)).violations) == expected


def test_a_request_does_not_show_its_credentials() -> None:
    assert (request(minimal()).authorization or "?") not in repr(request(minimal()))
