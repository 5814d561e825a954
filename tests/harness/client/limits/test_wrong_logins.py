"""The limit of requests with the right client key and a wrong token."""

from __future__ import annotations

import pytest

from orders_conformance.harness.client.limits.wrong_logins import WrongLogins
from orders_conformance.harness.errors import LimitReachedError
from orders_conformance.harness.messages.exchange import Request, Response

WRONG = Request(b"{}", None, "Basic", has_right_credentials=False, is_wrong_login=True)
NONE = Request(b"{}", None, None, has_right_credentials=False)
RIGHT = Request(b"{}", None, "Basic")


def after(*steps: tuple[Request, int], limit: int | None = None) -> WrongLogins:
    """Send requests that get these statuses."""
    logins = WrongLogins(limit)
    for request, status in steps:
        logins.count(request)
        logins.note(request, Response(status, {}, b""))
    return logins


@pytest.mark.parametrize("limit", [0, 2])
def test_no_more_wrong_logins_are_sent_than_allowed(limit: int) -> None:
    logins = after(*[(WRONG, 401), (RIGHT, 400)] * limit, limit=limit)
    assert (logins.allows(NONE), logins.allows(RIGHT), logins.allows(WRONG), logins.refused) == (
        True,
        True,
        False,
        True,
    )
    with pytest.raises(LimitReachedError):
        logins.count(WRONG)


@pytest.mark.parametrize("status", [403, 423, 429])
def test_none_follows_another_response_than_wrong_logins_got_before(status: int) -> None:
    assert after((WRONG, 401), (RIGHT, 400), (WRONG, status)).shows_lock


def test_a_target_that_always_refuses_wrong_logins_with_403_does_not_lock() -> None:
    assert not after((WRONG, 403), (RIGHT, 400), (WRONG, 403)).shows_lock


def test_a_rate_limit_that_everybody_meets_is_no_lock() -> None:
    assert not after((RIGHT, 429), (WRONG, 401), (RIGHT, 400), (WRONG, 429)).shows_lock


@pytest.mark.parametrize("status", [401, 403, 423, 429])
def test_none_follows_a_right_login_that_is_refused_after_a_wrong_one(status: int) -> None:
    assert after((WRONG, 401), (RIGHT, status)).shows_lock


def test_a_right_login_that_succeeds_refutes_the_suspicion() -> None:
    assert not after((WRONG, 401), (RIGHT, 401), (RIGHT, 400)).shows_lock


def test_a_right_login_that_fails_does_not_space_wrong_ones() -> None:
    assert [after((WRONG, 401), (RIGHT, status)).unspaced for status in (400, 503, 401)] == [False, True, True]
