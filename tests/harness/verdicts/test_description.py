"""What a finding says was sent, and what became of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.verdicts.description import Describer
from tests.support.runs import CONTRACT, NOW, ORACLE, created, exchange, minimal, refused, request, response

ORDER = minimal()
CREATED = created(ORDER)
SAYS = refused(message="price: may not be a string.")
MESSAGE = '"price: may not be a string."'


def described(name: str, sent: Request | dict[str, Any], answer: Response | Failure, probe: str = "test") -> str:
    """Describe an exchange."""
    asked = sent if isinstance(sent, Request) else request(sent)
    made = replace(exchange(asked, answer), probe=probe)
    return Describer(CONTRACT).describe(tuple(name.split("/")), made, ORACLE.classify(asked, NOW))


@pytest.mark.parametrize(
    ("name", "sent", "answer", "words"),
    [
        ("type/price", minimal(price="50"), CREATED, 'price: "50" was accepted (201)'),
        ("type/price", minimal(price=[1]), CREATED, "price: [1] was accepted (201)"),
        ("null_required/price", minimal(price=None), CREATED, "price: null was accepted (201)"),
        ("required/price", minimal(price=...), CREATED, "no price: accepted (201)"),
        ("name_case/price", minimal(price=..., Price=50), CREATED, "Price in place of price: accepted (201)"),
        (
            "credentials/none",
            replace(request(ORDER, "none"), cookie="a=b"),
            CREATED,
            "no credentials and a cookie that the server set before: accepted (201)",
        ),
        (
            "type/price",
            minimal(price="50", channel="web"),
            CREATED,
            'price: "50" was accepted (201); also wrong in it: channel: "web"',
        ),
        ("accept/price", minimal(price=50), SAYS, f"400 to price: 50: {MESSAGE}"),
        ("value/channel/OTA", minimal(channel="OTA"), refused(message="no"), '400 to channel: "OTA": "no"'),
        ("optional/channel", ORDER, refused(message="no"), '400 to an order without channel: "no"'),
        ("rejected", minimal(price="x"), response(422, {"message": "no"}), '422 to price: "x": "no"'),
        ("rejected", minimal(price="x"), response(404, b"<html>"), '404 to price: "x": <html>'),
        ("rejected", minimal(price="x"), response(404), '404 to price: "x"'),
        ("body/malformed", request(b"{price}"), CREATED, "the body {price}: accepted (201)"),
        ("body/empty", request(b""), CREATED, "an empty body: accepted (201)"),
        ("credentials/none", request(ORDER, "none"), CREATED, "no credentials: accepted (201)"),
        (
            "unauthorized",
            request(ORDER, "swapped"),
            response(403, {"message": "no"}),
            '403 to client key and API token swapped: "no"',
        ),
        (
            "unauthorized_before_validation",
            request(minimal(price="x"), "none"),
            SAYS,
            f'400 to no credentials with price: "x": {MESSAGE}',
        ),
        (
            "unauthorized_before_conflict",
            request(ORDER, "none"),
            refused(409, message="no"),
            '409 to no credentials with the key of an existing order: "no"',
        ),
        (
            "other_media_type",
            request(ORDER, content_type="text/plain"),
            CREATED,
            "Content-Type: text/plain was accepted (201)",
        ),
        ("missing_media_type", request(ORDER, content_type=None), response(500), "500 to no Content-Type"),
        ("no_server_error", minimal(price="x"), response(500), '500 to price: "x"'),
        ("no_server_error", minimal(price=1e40), response(500), "500 to price: 1E+40"),
        ("answered", minimal(price="x"), Failure("timeout", "after 5 s"), 'timeout: after 5 s; sent: price: "x"'),
        ("only_duplicates", ORDER, refused(409, message="no"), '409 to {reference} and {instant}: "no"'),
        ("accepted", ORDER, response(200), "200 to the order {order}"),
        ("conflict", ORDER, refused(message="no"), '400 to a repeat of the order {order}: "no"'),
    ],
    ids=str,
)
def test_a_description_says_what_was_sent_and_what_became_of_it(
    name: str, sent: Any, answer: Response | Failure, words: str
) -> None:
    expected = (
        words.replace("{reference}", f'referenceId: "{ORDER["referenceId"]}"')
        .replace("{instant}", f'orderedAt: "{ORDER["orderedAt"]}"')
        .replace("{order}", json.dumps(ORDER))
    )
    assert described(name, sent, answer) == expected


@pytest.mark.parametrize("digits", ["3000000000", "0.1", "50.00", "123456789012345678901234567890.123456789", "1E-9"])
def test_a_number_keeps_its_digits(digits: str) -> None:
    body = f'{{"price": {digits}}}'.encode()
    assert (
        described("no_server_error", request(body.replace(b"}", b', "channel": 7}')), response(500)).count(digits) <= 1
    )
    assert described("accept/price", request(body), response(400)) == f"400 to price: {digits}"


def test_a_wrong_header_is_named() -> None:
    words = described(
        "credentials/wrong-password", request(ORDER, "wrong-password"), CREATED, "credentials/token twice"
    )
    assert words == "the right client key with another API token (token twice): accepted (201)"


def test_a_long_value_leaves_room_for_the_message() -> None:
    words = described("accept/cardType", minimal(cardType="x" * 500), SAYS)
    assert words.endswith(MESSAGE)
    assert len(words) < 200
