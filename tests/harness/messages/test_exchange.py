"""Cookies that a target sets."""

from __future__ import annotations

import pytest

from orders_conformance.harness.messages.exchange import Cookies, Response


def kept(*headers: str) -> str | None:
    cookies = Cookies()
    for value in headers:
        cookies.keep(Response(201, {"set-cookie": value}, b""))
    return cookies.header()


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ((), None),
        (("session=abc",), "session=abc"),
        (("session=abc; Path=/; HttpOnly",), "session=abc"),
        (("a=1; Path=/, b=2; Secure",), "a=1; b=2"),
        (("a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT, b=2",), "a=1; b=2"),
        (("a=1", "a=2"), "a=2"),
        (("a=1", "a=; Max-Age=0"), None),
        (("a=1", "b=2"), "a=1; b=2"),
        (('a="x=y=="; Path=/',), 'a="x=y=="'),
        (("no pair",), None),
    ],
)
def test_the_last_value_of_each_cookie_is_kept_without_its_attributes(
    headers: tuple[str, ...], sent: str | None
) -> None:
    assert kept(*headers) == sent


def test_a_response_without_cookies_changes_nothing() -> None:
    cookies = Cookies()
    cookies.keep(Response(400, {}, b""))
    assert cookies.header() is None


def test_values_are_not_in_the_representation() -> None:
    cookies = Cookies()
    cookies.keep(Response(201, {"set-cookie": "session=secret"}, b""))
    assert "secret" not in repr(cookies)
