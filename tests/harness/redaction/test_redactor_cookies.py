"""Cookies that a target sets are hidden, and reported where a body shows one."""

from __future__ import annotations

import pytest

from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.redaction.redactor import Redactor
from tests.support.runs import CREDENTIALS

LONG, SHORT = "s-9f8e7d6c5b4a39281706", "abc-1234"
REDACTOR = Redactor(CREDENTIALS).knowing((LONG, SHORT, "en"))


def test_what_sets_a_cookie_is_hidden_and_not_reported() -> None:
    seen = REDACTOR.response(Response(201, {"set-cookie": f"session={LONG}; HttpOnly"}, b"{}"))
    assert (dict(seen.headers), seen.disclosed) == ({"set-cookie": "[hidden]"}, "")


@pytest.mark.parametrize("written", [LONG, LONG.encode().hex(), LONG.replace("-", "%2D")])
def test_a_cookie_in_a_body_is_hidden_and_reported(written: str) -> None:
    seen = REDACTOR.response(Response(201, {}, f'{{"session":"{written}"}}'.encode()))
    assert (seen.body, seen.disclosed) == (b'{"session":"[hidden]"}', "a cookie that the target set")


def test_a_cookie_in_a_header_is_hidden_and_not_reported() -> None:
    seen = REDACTOR.response(Response(201, {"x-csrf-token": LONG}, b"{}"))
    assert (dict(seen.headers), seen.disclosed) == ({"x-csrf-token": "[hidden]"}, "")


def test_a_short_cookie_is_hidden_and_not_reported() -> None:
    seen = REDACTOR.response(Response(201, {}, f'{{"basket":"{SHORT}"}}'.encode()))
    assert (seen.body, seen.disclosed) == (b'{"basket":"[hidden]"}', "")


def test_a_cookie_that_is_a_word_is_left_alone() -> None:
    sent = Response(201, {}, b'{"language":"en"}')
    assert REDACTOR.response(sent) is sent
