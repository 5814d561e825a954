"""Which responses may come from a rate limit, a firewall or a lock, and how they are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders_conformance.harness.client.blocking import Block, Blocking, Waits
from orders_conformance.harness.errors import CredentialsRejectedError, RetryLaterError, TargetUnavailableError
from orders_conformance.harness.messages.exchange import Exchange, Kind, Request, Response
from tests.support.runs import CONTRACT, exchange

JSON, HTML, TEXT = "application/json", "text/html; charset=utf-8", "text/plain"
RIGHT = Request(b"{}", JSON, "Basic eA==", kind=Kind.PLAIN)
WRONG = replace(RIGHT, kind=Kind.WRONG_CREDENTIALS, has_right_credentials=False)
CREATED = Response(201, {"content-type": JSON}, b"{}")


def response(status: int, media_type: str = JSON, body: bytes = b"{}") -> Response:
    return Response(status, {"content-type": media_type} if media_type else {}, body)


def sent(answer: Response, request: Request = RIGHT) -> Exchange:
    return exchange(request, answer)


def watching(wrong: int = 0) -> Blocking:
    """Make what is known after an accepted order and some requests with wrong credentials."""
    blocking = Blocking(CONTRACT.media_types)
    blocking.note(RIGHT, CREATED, 1)
    blocking.note(WRONG, response(401), wrong)
    return blocking


@pytest.mark.parametrize(
    "answer",
    [
        response(403),
        response(403, TEXT, b""),
        response(200, HTML, b"<p>"),
        response(404, HTML, b"<p>"),
        response(400, HTML, b"<p>"),
        response(406, "", b"<!DOCTYPE html><p>"),
        response(418, TEXT, b"no"),
        response(451, "", b""),
    ],
)
def test_a_403_a_page_and_an_unknown_status_without_json_may_come_from_a_firewall(answer: Response) -> None:
    assert watching().suspect(sent(answer)) == Block(answer.status, answer.is_page)


@pytest.mark.parametrize(
    "answer",
    [
        CREATED,
        response(201, HTML, b"<p>"),
        response(400),
        response(400, TEXT, b"no"),
        response(401),
        response(404),
        response(413, TEXT, b"too large"),
        response(422, "application/problem+json"),
        response(500, HTML, b"<p>"),
    ],
)
def test_other_responses_are_the_targets_own(answer: Response) -> None:
    assert watching().suspect(sent(answer)) is None


def test_a_401_to_the_right_credentials_may_be_a_lock_only_after_wrong_ones() -> None:
    assert watching(wrong=2).suspect(sent(response(401))) == Block(401, page=False, wrong=2)
    assert watching(wrong=2).suspect(sent(response(401), WRONG)) is None


def test_a_request_that_is_authenticated_ends_the_wrong_ones_in_a_row() -> None:
    blocking = watching(wrong=2)
    blocking.note(RIGHT, response(400), 1)
    assert not blocking.may_be_locked(Block(403, page=False))


def test_a_401_may_be_a_lock_also_after_rejected_orders_in_between() -> None:
    blocking = watching(wrong=2)
    blocking.note(RIGHT, response(400), 1)
    assert blocking.may_be_locked(Block(401, page=False))
    assert blocking.suspect(sent(response(401))) is not None


def test_a_403_after_one_request_with_wrong_credentials_is_rather_a_firewalls() -> None:
    assert [watching(wrong).may_be_locked(Block(403, page=True)) for wrong in (1, 2)] == [False, True]
    assert watching(1).may_be_locked(Block(423, page=False))


def test_no_control_is_sent_for_what_controls_have_shown_twice_to_be_the_targets_own() -> None:
    blocking = watching()
    seen = []
    for _ in range(3):
        seen.append(blocking.suspect(sent(response(403))))
        blocking.is_own(RIGHT, Block(403, page=False))
    assert seen == [Block(403, page=False), Block(403, page=False), None]
    assert blocking.suspect(sent(response(403, HTML, b"<p>"))) is not None
    assert blocking.suspect(sent(response(403), replace(RIGHT, kind=Kind.REPEAT))) is not None


def test_rejections_of_every_kind_of_invalid_request_look_alike() -> None:
    blocking = watching()
    blocking.is_own_from_the_start(replace(RIGHT, kind=Kind.INVALID), response(403))
    assert blocking.suspect(sent(response(403), replace(RIGHT, kind=Kind.BROKEN_BODY))) is None


def test_no_more_wrong_credentials_are_sent_to_an_account_that_is_locked() -> None:
    blocking = watching(wrong=3)
    assert blocking.named(Block(423, page=False, wrong=3)).locked
    assert blocking.locked


def test_a_429_after_wrong_credentials_does_not_end_them() -> None:
    blocking = watching(wrong=3)
    assert blocking.named(Block(429, page=False, wrong=3)).locked
    assert not blocking.locked


def test_a_lock_is_named_with_the_number_of_wrong_requests() -> None:
    reason = Block(423, page=False, locked=True, wrong=5).reason
    assert "rejects the right credentials (status 423) since 5 requests with wrong ones were sent" in reason
    assert "it locks the account; wait until it is unlocked" in reason


def test_a_firewall_is_named_with_its_page() -> None:
    assert "403 with an HTML page to plain orders like those that it accepted before" in Block(403, page=True).reason


def test_a_wait_that_is_too_long_after_wrong_credentials_is_a_lock() -> None:
    later = RetryLaterError("it asks to wait for 900 s")
    assert isinstance(watching(wrong=3).explained(RIGHT, later), CredentialsRejectedError)
    assert watching(wrong=3).explained(WRONG, later) is later
    assert watching().explained(RIGHT, later) is later


def test_waits_become_longer_and_have_an_end() -> None:
    waits = Waits(10.0)
    assert [waits.next(None, "why") for _ in range(3)] == [1.0, 2.0, 4.0]
    with pytest.raises(TargetUnavailableError, match=r"^why$"):
        waits.next(None, "why")


def test_a_requested_wait_is_obeyed_within_the_limit() -> None:
    waits = Waits(10.0)
    assert waits.next(7.0, "why") == 7.0
    with pytest.raises(TargetUnavailableError, match=r"why \(it asks to wait for 4 s\)"):
        waits.next(4.0, "why")


def test_waits_that_have_passed_by_the_clock_of_the_target_become_longer() -> None:
    waits = Waits(10.0)
    assert [waits.next(0.0, "why") for _ in range(3)] == [1.0, 2.0, 4.0]
    with pytest.raises(TargetUnavailableError):
        waits.next(0.0, "why")
