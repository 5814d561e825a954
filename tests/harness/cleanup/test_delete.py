"""Deleting orders one by one: the path of the request, the meaning of the response, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from orders_conformance.harness.cleanup.delete import DeletionResult, OrderDeleter, segment
from orders_conformance.harness.client.retry import Delivery
from orders_conformance.harness.errors import BrokenRunError, CircuitOpenError, CredentialsRejectedError
from orders_conformance.harness.ledger.reconcile import LedgerOrder, State
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from tests.support.runs import CONTRACT, CREDENTIALS

ENDPOINT = f"https://api.example.com{CONTRACT.path}"


def order(ref: str | None = "own", link: str | None = None, number: int = 1) -> LedgerOrder:
    return LedgerOrder(f"id-{number}", "run", f"R-{number}", "2024-01-01T00:00:00Z", ref, link, "", State.CREATED)


@pytest.mark.parametrize(
    ("ref", "link"),
    [
        ("own", None),
        ("own", f"{ENDPOINT}/own"),
        (None, f"{ENDPOINT}/own"),
        (None, f"{CONTRACT.path}/own"),
        ("own", "https://public.example.com/cdp/orders/own"),
        ("own", "http://169.254.169.254/own"),
    ],
)
def test_an_order_has_the_segment_that_ref_and_link_agree_on(ref: str | None, link: str | None) -> None:
    assert segment(order(ref, link), ENDPOINT) == "own"


@pytest.mark.parametrize(
    ("ref", "link"),
    [
        (None, None),
        ("own", f"{ENDPOINT}/another"),
        ("own", f"{ENDPOINT}/own/"),
        ("own", f"{ENDPOINT}/own?all=true"),
        ("own", "http://[::1"),
        (None, "http://[::1"),
        (None, "https://public.example.com/v2.1/orders/own"),
        (None, f"http://api.example.com{CONTRACT.path}/own"),
        (None, f"https://api.example.com:444{CONTRACT.path}/own"),
        (None, "https://api.example.com@evil.example.com/v2.1/orders/own"),
        (None, ENDPOINT),
        (None, f"{ENDPOINT}/"),
        (None, f"{ENDPOINT}/own/items"),
        (None, "https://api.example.com/v2.1/guests/own"),
    ],
)
def test_a_link_that_is_not_the_orders_own_is_none(ref: str | None, link: str | None) -> None:
    assert segment(order(ref, link), ENDPOINT) is None


@pytest.mark.parametrize("ref", [".", "..", "...", "a/b", "a?b", "a#b", "%2e%2e", "a b", "ä", "a\n", "", "a" * 201])
def test_a_ref_that_could_lead_elsewhere_is_none(ref: str) -> None:
    assert segment(order(ref), ENDPOINT) is None


@pytest.mark.parametrize("ref", ["2d7de9df-45a2-45ea-872c-30e45139007d", "ORD.7", "1", "urn:a:b", "a_b~c=="])
def test_a_ref_of_any_usual_form_is_a_segment(ref: str) -> None:
    assert segment(order(ref), ENDPOINT) == ref


@dataclass
class Target:
    """Responds with the given outcomes in turn, and records the requests and results."""

    answers: list[int | Failure | BrokenRunError]
    sent: list[Request] = field(default_factory=list)
    results: list[DeletionResult] = field(default_factory=list)

    def __call__(self, request: Request, connection: str) -> Delivery:
        assert connection == "main"
        assert len(self.results) == len(self.sent)
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, BrokenRunError):
            raise answer
        if isinstance(answer, Failure):
            return Delivery(None, answer, ())
        return Delivery(Response(answer, {}, b""), None, ())

    def deleter(self, *, deletes: bool = False) -> OrderDeleter:
        """Return a deleter for this target."""
        unauthorized = CONTRACT.statuses.unauthorized
        return OrderDeleter(self, ENDPOINT, CREDENTIALS.header(), unauthorized, self.results.append, deletes)


def descriptions_of(
    *answers: int | Failure | BrokenRunError, orders: int = 0, deletes: bool = False
) -> tuple[list[str], Target]:
    """Delete orders at a target; return the description of each result."""
    target = Target(list(answers))
    many = [order(f"ref-{number}", number=number) for number in range(orders or len(answers))]
    return [one.description for one in target.deleter(deletes=deletes).delete(many)], target


def test_a_request_goes_to_the_order_below_the_endpoint() -> None:
    _, target = descriptions_of(204)
    (sent,) = target.sent
    assert (sent.method, sent.item, sent.body, sent.content_type) == ("DELETE", "ref-0", b"", None)
    assert (sent.authorization, sent.purpose) == (CREDENTIALS.header(), "cleanup of run")
    assert [(one.order.id, one.status) for one in target.results] == [("id-0", 204)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (200, "deleted"),
        (202, "deleted"),
        (204, "deleted"),
        (404, "not found"),
        (410, "not found"),
        (405, "not offered (status 405)"),
        (501, "not offered (status 501)"),
        (403, "not offered (status 403)"),
        (401, "rejected (status 401)"),
        (409, "rejected (status 409)"),
        (500, "failed (status 500)"),
        (503, "failed (status 503)"),
        (307, "redirected, not followed (status 307)"),
        (Failure("timeout", ""), "failed (timeout)"),
        (CircuitOpenError("why"), "failed"),
    ],
)
def test_each_outcome_has_a_description(answer: int | Failure | BrokenRunError, words: str) -> None:
    assert descriptions_of(answer)[0] == [words]


def test_an_absent_order_is_gone_where_deletion_was_seen_to_work() -> None:
    assert descriptions_of(204, 404)[0] == ["deleted", "gone already"]
    assert descriptions_of(404, deletes=True)[0] == ["gone already"]


@pytest.mark.parametrize("status", [405, 501, 403])
def test_deletion_that_is_not_offered_is_tried_once(status: int) -> None:
    words, target = descriptions_of(status, orders=5)
    assert len(target.sent) == 1
    assert words[1:] == ["not tried: deletion is not offered"] * 4


def test_nothing_is_sent_after_three_responses_that_deleted_nothing() -> None:
    words, target = descriptions_of(404, 400, 302, orders=9)
    assert len(target.sent) == 3
    assert words[3:] == ["not tried: nothing could be deleted before"] * 6


def test_every_order_is_tried_at_a_target_that_deletes() -> None:
    assert len(descriptions_of(204, *[404] * 9)[1].sent) == 10


def test_rejected_credentials_are_sent_once() -> None:
    target = Target([401])
    deleter = target.deleter()
    words = [one.description for one in deleter.delete([order(number=1), order(number=2)])]
    assert words == ["rejected (status 401)", "not tried"]
    assert isinstance(deleter.problem, CredentialsRejectedError)


def test_nothing_is_sent_after_a_problem() -> None:
    problem = CircuitOpenError("too many errors")
    target = Target([204, problem])
    deleter = target.deleter()
    words = [one.description for one in deleter.delete([order(number=number) for number in range(4)])]
    assert words == ["deleted", "failed", "not tried", "not tried"]
    assert deleter.problem is problem


def test_an_order_without_a_link_is_left_out() -> None:
    target = Target([204])
    words = [one.description for one in target.deleter().delete([order(None), order(number=2)])]
    assert words == ["no link to this order alone is known", "deleted"]
