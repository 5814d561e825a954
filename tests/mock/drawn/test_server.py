"""A server behaves as its choices say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from orders_conformance.mock.drawn.behaviour import FOREVER, Behaviour, single_choices
from orders_conformance.mock.drawn.faults import FAULTS, server
from orders_conformance.mock.service import ServerResponse, Service
from orders_conformance.spec.contract import Contract
from tests.support.mock_client import NOW, TOKEN, Client, basic, minimal, opened, read
from tests.support.request_corpus import Sent, answers, corpus

WRONG = basic("nobody", TOKEN)


def client(contract: Contract, **choices: Any) -> Client:
    return Client(opened(contract, server(replace(Behaviour(), **choices))))


def sent(contract: Contract, choices: dict[str, Any], change: dict[str, Any], **details: Any) -> ServerResponse:
    """Return the response of a server with some choices to a minimal order with a change."""
    return client(contract, **choices).send({**minimal(contract), **change}, **details)


@pytest.fixture(scope="module")
def requests(contract: Contract) -> tuple[Sent, ...]:
    return tuple(corpus(contract))


@pytest.fixture(scope="module")
def embedded(contract: Contract, requests: tuple[Sent, ...]) -> tuple[ServerResponse, ...]:
    return tuple(answers(contract, Service, requests))


def test_without_a_choice_it_is_the_embedded_server(
    contract: Contract, requests: tuple[Sent, ...], embedded: tuple[ServerResponse, ...]
) -> None:
    answered = tuple(answers(contract, server(Behaviour()), requests))
    # It rejects years that have five digits in UTC.
    differing = [place for place, one in enumerate(embedded) if answered[place].status != one.status]
    assert all("9999-12-31T23" in str(requests[place].body) for place in differing)
    assert sum(one.status == 201 for one in answered) > 200


@pytest.mark.parametrize("behaviour", list(single_choices()), ids=lambda one: str(dict(one.chosen)))
def test_a_plain_order_is_created_whatever_is_chosen(contract: Contract, behaviour: Behaviour) -> None:
    assert Client(opened(contract, server(behaviour))).send(minimal(contract)).status == 201


@pytest.mark.parametrize(
    ("choices", "change", "status"),
    [
        ({}, {"orderedAt": "2024-01-01t16:17:16z"}, 400),
        ({"small_letters_accepted": True}, {"orderedAt": "2024-01-01t16:17:16z"}, 201),
        ({"blank_for_t_accepted": True}, {"orderedAt": "2024-01-01 16:17:16Z"}, 201),
        ({}, {"orderedAt": "2016-12-31T23:59:60Z"}, 400),
        ({"leap_second": "kept"}, {"orderedAt": "2016-12-31T23:59:60Z"}, 201),
        ({"year_zero_accepted": True}, {"orderedAt": "0000-06-01T00:00:00Z"}, 201),
        ({"years": (1970, 2037)}, {"orderedAt": "2039-06-01T00:00:00Z"}, 400),
        ({"future_accepted": False}, {"orderedAt": "2027-06-01T00:00:00Z"}, 400),
        ({"farthest_offset": 0}, {"orderedAt": "2024-01-01T16:17:16+02:00"}, 400),
        ({"fraction_digits_accepted": 3}, {"orderedAt": "2024-01-01T16:17:16.1234Z"}, 400),
        ({"chronological": True}, {"createdAt": "2023-01-01T16:17:16Z"}, 400),
        ({"number_read": "cents only"}, {"price": 1.005}, 400),
        ({"largest_number": 10**6}, {"price": 10**7}, 400),
        ({"negative_accepted": False}, {"price": -1}, 400),
        ({"characters": "ASCII"}, {"paymentType": "\u00e9"}, 400),
        ({"characters": "no NUL"}, {"paymentType": "a\0b"}, 400),
        ({"characters": "BMP only"}, {"paymentType": "\U0001f600"}, 400),
        ({"longest_text": 32}, {"paymentType": "x" * 33}, 400),
        ({"blank_text": "empty rejected"}, {"paymentType": ""}, 400),
        ({"references": "capitals and digits"}, {"referenceId": "ab"}, 400),
        ({"currencies": "own"}, {"currencyCode": "USD"}, 400),
        ({"points_of_sale": "own"}, {"pointOfSale": "elsewhere"}, 400),
        ({"card_type_needed": True}, {"paymentType": "Card"}, 400),
        ({"card_type_restricted": True}, {"cardType": "Visa"}, 400),
        ({"null": "rejected"}, {"channel": None}, 400),
        ({"unknown_properties": "rejected"}, {"colour": "red"}, 400),
        ({"deepest": 8}, {"colour": [[[[[[[[[1]]]]]]]]]}, 400),
        ({"largest_body": 8_000, "large_body_status": 413}, {"colour": "x" * 9_000}, 413),
    ],
)
def test_what_is_accepted(contract: Contract, choices: dict[str, Any], change: dict[str, Any], status: int) -> None:
    assert sent(contract, choices, change).status == status


@pytest.mark.parametrize(
    ("choices", "change", "returned"),
    [
        ({"leap_second": "second before", "instant_digits": 0}, "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ({"leap_second": "second after", "instant_digits": 0}, "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ({"instant_digits": 6}, "2024-01-01T16:17:16.1234567Z", "2024-01-01T16:17:16.123456Z"),
        (
            {"instant_digits": 6, "instant_rounding": "half up"},
            "2024-01-01T16:17:16.123456789Z",
            "2024-01-01T16:17:16.123457Z",
        ),
        ({"instant_digits": 0, "instant_rounding": "half even"}, "2024-01-01T16:17:16.5Z", "2024-01-01T16:17:16Z"),
        ({"instant_digits": 3, "instant_rounding": "up"}, "2024-01-01T16:17:16.0001Z", "2024-01-01T16:17:16.001Z"),
        ({"instant_zone": 5 * 3600 + 1800}, "2024-01-01T16:17:16Z", "2024-01-01T21:47:16+05:30"),
        ({"instant_suffix": "+00:00"}, "2024-01-01T16:17:16Z", "2024-01-01T16:17:16+00:00"),
        ({"instant_digits": 3, "instant_fraction": "padded"}, "2024-01-01T16:17:16Z", "2024-01-01T16:17:16.000Z"),
    ],
)
def test_how_a_date_time_is_returned(contract: Contract, choices: dict[str, Any], change: str, returned: str) -> None:
    assert read(sent(contract, choices, {"orderedAt": change}))["orderedAt"] == returned


@pytest.mark.parametrize(
    ("style", "number", "written"),
    [
        ("trimmed", 50.0, b"50"),
        ("one decimal", 50, b"50.0"),
        ("two decimals", 50, b"50.00"),
        ("exponent", 50, b"5.0E1"),
        ("short exponent", 50, b"5E+1"),
    ],
)
def test_how_a_number_is_written(contract: Contract, style: str, number: float, written: bytes) -> None:
    body = sent(contract, {"number_written": style}, {"price": number}).body
    assert b'"price":' + written + b"," in body.replace(b" ", b"")


@pytest.mark.parametrize(("surrogates", "returned"), [("kept", "a\ud83db"), ("\ufffd", "a\ufffdb"), ("?", "a?b")])
def test_what_becomes_of_half_a_surrogate_pair(contract: Contract, surrogates: str, returned: str) -> None:
    body = json.dumps({**minimal(contract), "paymentType": "a\ud83db"}).encode()
    response = client(contract, surrogates=surrogates).send(body)
    assert json.loads(response.body)["paymentType"] == returned


def test_half_a_surrogate_pair_is_rejected_by_default(contract: Contract) -> None:
    assert client(contract).send(json.dumps({**minimal(contract), "paymentType": "\ud83d"}).encode()).status == 400


def test_own_times_replace_sent_ones(contract: Contract) -> None:
    body = read(sent(contract, {"own_times": "always", "own_digits": 3}, {"createdAt": "2024-01-01T16:17:16Z"}))
    assert body["createdAt"] == "2026-01-02T03:04:05.000Z"


@pytest.mark.parametrize(
    ("window", "seconds", "status"), [(0, 1, 201), (60, 60, 409), (60, 61, 201), (FOREVER, 10**8, 409)]
)
def test_a_reference_is_a_duplicate_within_the_window(
    contract: Contract, window: int, seconds: int, status: int
) -> None:
    one = client(contract, window=window)
    one.send({**minimal(contract), "orderedAt": NOW.isoformat()})
    other = NOW - timedelta(seconds=seconds)
    assert one.send({**minimal(contract), "orderedAt": other.isoformat()}).status == status


@pytest.mark.parametrize(
    ("choices", "details", "status"),
    [
        ({}, {"authorization": WRONG, "media_type": "text/plain"}, 401),
        ({"media_type_checked": "before credentials"}, {"authorization": WRONG, "media_type": "text/plain"}, 415),
        ({"media_type_rejection": "400"}, {"media_type": "text/plain"}, 400),
        ({}, {"media_type": None}, 415),
        ({"missing_media_type_accepted": True}, {"media_type": None}, 201),
        ({"json_suffix_accepted": True}, {"media_type": "application/vnd.api+json"}, 201),
        ({"charsets": "UTF-8 only"}, {"media_type": "application/json; charset=latin-1"}, 415),
    ],
)
def test_checks_of_credentials_and_media_type(
    contract: Contract, choices: dict[str, Any], details: dict[str, Any], status: int
) -> None:
    assert sent(contract, choices, {}, **details).status == status


def test_validation_before_credentials_rejects_an_invalid_order_first(contract: Contract) -> None:
    choices = {"credentials_checked": "after the body"}
    assert sent(contract, choices, {"price": "50"}, authorization=WRONG).status == 400
    assert sent(contract, choices, {}, authorization=WRONG).status == 401


def test_an_account_is_locked_after_wrong_credentials(contract: Contract) -> None:
    one = client(contract, locked_after=5)
    for _ in range(5):
        assert one.send(minimal(contract), authorization=WRONG).status == 401
    assert one.send(minimal(contract)).status == 401


def test_codes_of_errors_may_have_a_decimal_point(contract: Contract) -> None:
    assert b'"code":400.0' in client(contract, codes_with_point=True).send({}).body


OTHER = replace(Behaviour(), instant_digits=3, number_written="two decimals", wording="sentence")


@pytest.fixture(scope="module")
def conformant(contract: Contract, requests: tuple[Sent, ...]) -> tuple[ServerResponse, ...]:
    return tuple(answers(contract, server(OTHER), requests))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_shows_on_a_server_of_other_choices(
    contract: Contract, requests: tuple[Sent, ...], conformant: tuple[ServerResponse, ...], fault: str
) -> None:
    faulty = answers(contract, server(OTHER, fault), requests)
    assert any(one != other for one, other in zip(conformant, faulty, strict=True))
