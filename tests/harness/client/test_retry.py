"""Retries of transient outcomes: how often, after which wait, and the final outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.retry import Delivery, RetryingTransport, RetryPolicy
from orders_conformance.harness.errors import TargetUnavailableError, UnreadResponseError
from orders_conformance.harness.messages.exchange import Attempt, Failure, Request, Response
from tests.support.servers import Answer, Seen, http, listening

ORDER = Request(b"{}", "application/json", "Basic a2V5OnRva2Vu")
TIMEOUT, DROPPED, PROTOCOL = (Failure(kind, "why") for kind in ("timeout", "dropped", "protocol"))
GONE = Failure("refused", "nobody is there")
CREATED = Response(201, {}, b"{}")


def status(number: int, **headers: str) -> Response:
    return Response(number, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@dataclass
class Scripted:
    """A target that responds with the given outcomes in turn, the last one forever; waits are only recorded."""

    answers: list[Response | Failure]
    sent: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        assert request.body == ORDER.body
        self.sent.append(connection)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def retrying(self, retry_policy: RetryPolicy | None = None) -> RetryingTransport:
        return RetryingTransport(self, retry_policy or RetryPolicy(), self.waits.append)


def outcome_of(*answers: Response | Failure, retry_policy: RetryPolicy | None = None) -> tuple[Delivery, Scripted]:
    target = Scripted(list(answers))
    return target.retrying(retry_policy)(ORDER, "main"), target


@pytest.mark.parametrize("number", [200, 201, 302, 400, 401, 404, 408, 409, 425, 500, 501, 505])
def test_a_response_that_is_not_transient_is_final_at_once(number: int) -> None:
    outcome, target = outcome_of(status(number, retry_after="9"), CREATED)
    assert (outcome.response and outcome.response.status, outcome.attempts, target.waits) == (number, (), [])


@pytest.mark.parametrize(
    ("failure", "known"), [(DROPPED, "dropped"), (status(503), "status 503"), (status(429), "status 429")]
)
def test_a_failure_that_is_known_to_recur_is_not_retried(failure: Response | Failure, known: str) -> None:
    target = Scripted([failure])
    target.retrying()(replace(ORDER, recurring=frozenset({known})), "main")
    assert len(target.sent) == 1


def test_another_failure_than_the_known_one_is_retried() -> None:
    target = Scripted([DROPPED, CREATED])
    assert target.retrying()(replace(ORDER, recurring=frozenset({"timeout"})), "main").response is CREATED


def test_only_the_first_try_of_a_request_may_be_sent_at_once() -> None:
    turns: list[bool] = []
    target = Scripted([status(503), CREATED])
    send = RetryingTransport(target, RetryPolicy(), target.waits.append, wait_for_turn=turns.append)
    send(replace(ORDER, at_once=True), "main")
    assert turns == [True, False]


@pytest.mark.parametrize("number", [429, 503])
def test_a_transient_status_is_retried_until_another_status(number: int) -> None:
    outcome, target = outcome_of(status(number), status(number), CREATED)
    assert outcome.response is CREATED
    assert [attempt.status for attempt in outcome.attempts] == [number, number]
    assert target.sent == ["main"] * 3


@pytest.mark.parametrize("number", [429, 503])
def test_at_the_limit_the_last_transient_status_is_final(number: int) -> None:
    outcome, target = outcome_of(status(number), retry_policy=RetryPolicy(transient=4))
    assert outcome.response
    assert (outcome.response.status, outcome.failure, len(outcome.attempts), len(target.sent)) == (number, None, 3, 4)


@pytest.mark.parametrize("failure", [DROPPED, PROTOCOL])
def test_a_lost_connection_is_retried_until_the_limit(failure: Failure) -> None:
    outcome, target = outcome_of(failure, retry_policy=RetryPolicy(dropped=3))
    assert (outcome.response, outcome.failure) == (None, failure)
    assert [attempt.failure for attempt in outcome.attempts] == [failure.kind] * 2
    assert len(target.sent) == 3


def test_a_response_after_a_failure_is_final_and_the_failure_is_an_attempt() -> None:
    outcome, _ = outcome_of(DROPPED, CREATED)
    assert (outcome.response, outcome.failure) == (CREATED, None)
    assert outcome.attempts == (Attempt(None, "dropped", 0.0),)


def test_a_timeout_is_final_at_once() -> None:
    outcome, target = outcome_of(TIMEOUT, CREATED)
    assert (outcome.failure, len(target.sent)) == (TIMEOUT, 1)


def test_a_target_that_was_never_reached_is_not_retried() -> None:
    target = Scripted([GONE])
    with pytest.raises(TargetUnavailableError, match="nobody is there"):
        target.retrying()(ORDER, "main")
    assert len(target.sent) == 1


def test_a_target_that_is_unreachable_for_a_moment_is_retried() -> None:
    target = Scripted([CREATED, GONE, GONE, CREATED])
    retrying = target.retrying()
    retrying(ORDER, "main")
    outcome = retrying(ORDER, "main")
    assert outcome.response is CREATED
    assert [attempt.failure for attempt in outcome.attempts] == ["refused", "refused"]


def test_a_target_that_stays_unreachable_is_unavailable() -> None:
    target = Scripted([CREATED, GONE])
    retrying = target.retrying(RetryPolicy(refused=3))
    retrying(ORDER, "main")
    with pytest.raises(TargetUnavailableError, match="nobody is there"):
        retrying(ORDER, "main")
    assert len(target.sent) == 1 + 3


def test_the_first_wait_is_zero_and_later_ones_grow_to_two_seconds() -> None:
    _, target = outcome_of(status(503), retry_policy=RetryPolicy(transient=12))
    grown = target.waits
    assert grown == sorted(grown)
    assert 0 < grown[0] <= 0.5
    assert grown[-1] == 2.0
    assert len(grown) == 10


def test_retry_after_is_obeyed_in_seconds() -> None:
    outcome, target = outcome_of(status(429, retry_after="7"), status(503, retry_after=" 3 "), CREATED)
    assert target.waits == [7.0, 3.0]
    assert [attempt.waited for attempt in outcome.attempts] == [7.0, 3.0]


@pytest.mark.parametrize("answer", [status(503), status(429), DROPPED])
def test_wrong_credentials_are_sent_twice_at_most(answer: Response | Failure) -> None:
    target = Scripted([answer])
    RetryingTransport(target, RetryPolicy(), target.waits.append)(replace(ORDER, has_right_credentials=False), "main")
    assert len(target.sent) == 2


def test_after_too_many_requests_even_the_first_wait_is_not_zero() -> None:
    _, target = outcome_of(status(429), status(429), CREATED, retry_policy=RetryPolicy(backoff=0.5))
    assert target.waits == [0.5, 1.0]


def test_retry_after_is_obeyed_before_the_next_request_when_the_last_try_was_transient() -> None:
    _, target = outcome_of(
        status(503, retry_after="7"), status(503, retry_after="9"), retry_policy=RetryPolicy(transient=2)
    )
    assert target.waits == [7.0, 9.0]


def test_retry_after_in_a_final_response_is_no_wait() -> None:
    _, target = outcome_of(status(201, retry_after="7"))
    assert target.waits == []


def dated(target_time: datetime, seconds: float) -> Response:
    """Make a response by the clock of a target that asks for some seconds, as a date."""
    until = target_time + timedelta(seconds=seconds)
    return status(503, retry_after=format_datetime(until, usegmt=True), date=format_datetime(target_time, usegmt=True))


def waits_at(now: datetime, *answers: Response | Failure) -> list[float]:
    target = Scripted(list(answers))
    RetryingTransport(target, RetryPolicy(), target.waits.append, now=lambda: now)(ORDER, "main")
    return target.waits


NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("skew", [0, 90, -90, 600, -600, 5 * 3600, -5 * 3600, 400 * 86400, -400 * 86400])
def test_a_date_is_judged_by_the_date_of_its_response_however_wrong_its_clock(skew: int) -> None:
    assert waits_at(NOW, dated(NOW + timedelta(seconds=skew), 30), CREATED) == [30.0]


@pytest.mark.parametrize("date", [{}, {"date": ""}, {"date": "now"}, {"date": "Sun, 99 Foo 2026 99:99 GMT"}])
def test_without_a_date_of_the_response_a_date_is_judged_by_the_clock_of_the_run(date: dict[str, str]) -> None:
    until = format_datetime(NOW + timedelta(seconds=30), usegmt=True)
    assert waits_at(NOW, status(503, retry_after=until, **date), CREATED) == [30.0]


@pytest.mark.parametrize(
    "form", ["Sun, 01 Mar 2026 12:00:30 GMT", "Sunday, 01-Mar-26 12:00:30 GMT", "Sun Mar  1 12:00:30 2026"]
)
def test_a_date_has_any_of_its_three_forms(form: str) -> None:
    assert waits_at(NOW, status(429, retry_after=form), CREATED) == [30.0]


@pytest.mark.parametrize("skew", [-7200, 0, 7200])
@pytest.mark.parametrize("seconds", [0, -1, -3600])
def test_a_date_that_is_past_by_its_own_clock_is_tried_with_the_usual_waits(skew: int, seconds: int) -> None:
    response = dated(NOW + timedelta(seconds=skew), seconds)
    waits = waits_at(NOW, *[response] * 7, CREATED)
    assert waits == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_zero_seconds_after_too_many_requests_are_tried_with_the_usual_waits() -> None:
    _, target = outcome_of(*[status(429, retry_after="0")] * 3, CREATED)
    assert target.waits == [0.1, 0.2, 0.4]


def test_a_date_that_is_too_late_by_its_own_clock_ends_the_run() -> None:
    with pytest.raises(TargetUnavailableError, match="wait for 90 s"):
        waits_at(NOW, dated(NOW - timedelta(seconds=90), 90), CREATED)


def unread(number: int | None) -> Failure:
    return Failure("unread", "a response of more than the 9 bytes that are read", number)


def test_one_response_that_is_more_than_is_read_is_repeated() -> None:
    outcome, target = outcome_of(unread(201), CREATED)
    assert (outcome.response, [attempt.failure for attempt in outcome.attempts]) == (CREATED, ["unread"])
    assert len(target.sent) == 2


@pytest.mark.parametrize(("number", "named"), [(201, " (status 201)"), (500, " (status 500)"), (None, "")])
def test_a_target_that_always_sends_more_than_is_read_ends_the_run(number: int | None, named: str) -> None:
    target = Scripted([unread(number)])
    with pytest.raises(UnreadResponseError) as told:
        target.retrying()(ORDER, "main")
    assert str(told.value).startswith(f"the target sends a response of more than the 9 bytes that are read{named}: ")
    assert (len(str(told.value).splitlines()), len(target.sent)) == (1, 3)


def test_what_was_created_with_an_unread_response_and_conflicts_then_ends_the_run_at_the_third_order() -> None:
    target = Scripted([unread(201), status(409), unread(201), status(409), unread(201), CREATED])
    retrying = target.retrying()
    for _ in range(2):
        retrying(ORDER, "main")
    with pytest.raises(UnreadResponseError):
        retrying(ORDER, "main")


def test_single_unread_responses_of_a_status_that_was_read_are_chance() -> None:
    target = Scripted([CREATED, *(answer for _ in range(9) for answer in (unread(201), status(409)))])
    retrying = target.retrying()
    outcomes = [retrying(ORDER, "main") for _ in range(10)]
    assert [outcome.response and outcome.response.status for outcome in outcomes] == [201] + [409] * 9


def test_a_request_that_never_gets_a_response_that_is_read_ends_the_run() -> None:
    target = Scripted([CREATED, unread(201)])
    retrying = target.retrying(RetryPolicy(dropped=4))
    retrying(ORDER, "main")
    with pytest.raises(UnreadResponseError):
        retrying(ORDER, "main")
    assert len(target.sent) == 1 + 4


@pytest.mark.parametrize("past", ["Wed, 21 Oct 2015 07:28:00 GMT", "0"])
def test_retry_after_that_is_past_is_no_wait(past: str) -> None:
    _, target = outcome_of(status(503, retry_after=past), CREATED)
    assert target.waits == []


@pytest.mark.parametrize("long", ["61", "3600", str(300 * 86400)])
def test_a_longer_wait_than_allowed_ends_the_run_instead_of_being_cut_short(long: str) -> None:
    target = Scripted([status(503, retry_after=long), CREATED])
    with pytest.raises(TargetUnavailableError, match="run again later"):
        target.retrying(RetryPolicy(longest_wait=60.0))(ORDER, "main")
    assert (target.waits, len(target.sent)) == ([], 1)


def test_the_longest_wait_that_is_allowed_is_kept() -> None:
    _, target = outcome_of(status(503, retry_after="60"), CREATED, retry_policy=RetryPolicy(longest_wait=60.0))
    assert target.waits == [60.0]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "soon",
        "-5",
        "1.5",
        "nan",
        "1e3",
        "\u0663",
        "1, 2",
        "1767225600",
        "9" * 30,
        "9" * 5000,
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "Fri, 99 Foo 2026 99:99 GMT",
    ],
)
def test_retry_after_that_is_invalid_is_ignored(bad: str) -> None:
    outcome, target = outcome_of(status(503, retry_after=bad), CREATED)
    assert outcome.response is CREATED
    assert target.waits == []


def test_a_target_that_cannot_be_reached_is_not_retried() -> None:
    calls: list[str] = []

    def gone(request: Request, connection: str) -> Response | Failure:
        calls.append(f"{connection} {request.content_type}")
        raise TargetUnavailableError

    with pytest.raises(TargetUnavailableError):
        RetryingTransport(gone, RetryPolicy(), lambda wait: calls.append(f"waited {wait}"))(ORDER, "main")
    assert calls == ["main application/json"]


def over_http(answers: Iterable[Answer]) -> tuple[Delivery, list[Seen], list[float]]:
    remaining = iter(answers)
    waits: list[float] = []
    with listening(lambda _seen: next(remaining)) as server:
        connections = HttpClient(server.url, "/v2.1/orders", RetryPolicy(), "agent/1")
        outcome = RetryingTransport(connections, connections.retry_policy, waits.append)(ORDER, "main")
        connections.close()
    return outcome, server.seen, waits


def test_over_http_retry_after_is_obeyed_on_the_same_connection() -> None:
    outcome, seen, waits = over_http([http(429, b"", "Retry-After: 2"), http(201)])
    assert outcome.response
    assert (outcome.response.status, waits, [one.connection for one in seen]) == (201, [2.0], [1, 1])


def test_over_http_the_same_request_is_sent_again_after_a_lost_response() -> None:
    outcome, seen, _ = over_http([Answer(b"", "reset"), Answer(b"HTTP/1.", "close"), http(201, b"{}")])
    assert outcome.response
    assert (outcome.response.body, len(outcome.attempts)) == (b"{}", 2)
    assert {(one.line, one.body, one.header("authorization")) for one in seen} == {
        ("POST /v2.1/orders HTTP/1.1", ORDER.body, ORDER.authorization)
    }
