"""Looking orders up: what a response shows of an order, and what it does not show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from orders_conformance.harness.cleanup.look_up import LookupResult, OrderFinder
from orders_conformance.harness.client.retry import Delivery
from orders_conformance.harness.errors import BrokenRunError, CircuitOpenError, CredentialsRejectedError
from orders_conformance.harness.ledger.reconcile import LedgerOrder, State
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from tests.support.runs import CONTRACT, CREDENTIALS

ENDPOINT = f"https://api.example.com{CONTRACT.path}"
INSTANT = "2024-01-01T00:00:00Z"

Answer = int | bytes | Failure | BrokenRunError


def order(
    number: int, state: State = State.POSSIBLE, ref: str | None = None, instant: str | None = INSTANT
) -> LedgerOrder:
    return LedgerOrder(f"id-{number}", "run", f"R-{number}", instant, ref, None, "", state)


def stored(number: int, ref: str = "own", instant: object = INSTANT, **more: Any) -> dict[str, Any]:
    return {"referenceId": f"R-{number}", "orderedAt": instant, "ref": ref, **more}


def body(*documents: object) -> bytes:
    return json.dumps({"items": documents}).encode()


KNOWN = order(1, State.CREATED, ref="known")
CONTROL = body(stored(1, "known"))


@dataclass
class Target:
    """Responds with the given answers in turn: a status, a body with status 200, a failure or an error."""

    answers: list[Answer]
    sent: list[Request] = field(default_factory=list)
    results: list[LookupResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __call__(self, request: Request, connection: str) -> Delivery:
        assert connection == "main"
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, BrokenRunError):
            raise answer
        if isinstance(answer, Failure):
            return Delivery(None, answer, ())
        return Delivery(Response(answer, {}, b"") if isinstance(answer, int) else Response(200, {}, answer), None, ())

    def look_up(self, *orders: LedgerOrder) -> OrderFinder:
        finder = OrderFinder(self, ENDPOINT, CREDENTIALS.header(), CONTRACT, self.results.append, self.notes.append)
        finder.look_up(orders)
        return finder

    @property
    def found(self) -> list[tuple[str, bool]]:
        return [(one.order.id, one.found) for one in self.results]


def looked_up(*answers: Answer, orders: Sequence[LedgerOrder] = (KNOWN, order(2))) -> Target:
    target = Target(list(answers))
    target.look_up(*orders)
    return target


def test_an_order_is_asked_for_by_its_reference() -> None:
    _, sent = looked_up(CONTROL, body()).sent
    assert (sent.method, sent.item, sent.body, sent.may_create) == ("GET", "", b"", False)
    assert parse_qs(sent.query) == {"referenceId": ["R-2"]}
    assert (sent.authorization, sent.purpose) == (CREDENTIALS.header(), "look-up for run")


@pytest.mark.parametrize(
    "answer",
    [
        body(stored(2)),
        json.dumps([stored(2)]).encode(),
        json.dumps(stored(2)).encode(),
        body(stored(7), stored(2)),
        body(stored(2, instant="2024-01-01T02:00:00.4+02:00")),
        body(stored(2, instant=None)),
        body(stored(2, href=7)),
    ],
)
def test_an_order_that_the_target_returns_is_there(answer: bytes) -> None:
    (result,) = looked_up(CONTROL, answer).results
    assert (result.order.id, result.found, result.returned["ref"]) == ("id-2", True, "own")


def test_an_order_is_found_without_an_order_that_is_known_to_be_there() -> None:
    assert looked_up(body(stored(2)), orders=[order(2)]).found == [("id-2", True)]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<!doctype html>",
        b"7",
        b"[null]",
        b"{}",
        b'{"items":{}}',
        b'{"items":[7]}',
        b"[" * 5000,
        body(stored(7)),
        503,
        Failure("timeout", ""),
    ],
)
def test_what_is_no_list_of_the_orders_with_a_reference_shows_nothing(answer: Answer) -> None:
    target = looked_up(CONTROL, answer)
    assert (target.results, target.notes) == ([], [])


@pytest.mark.parametrize("answer", [body(), b"[]", body(stored(2, instant="2024-01-03T00:00:00Z"))])
def test_an_order_is_missing_where_the_target_finds_another_one(answer: bytes) -> None:
    assert looked_up(CONTROL, answer).found == [("id-2", False)]


@pytest.mark.parametrize("control", [body(), body(stored(7)), 500, b"{}"])
def test_an_order_is_not_missing_where_the_target_finds_no_other_one_either(control: Answer) -> None:
    assert looked_up(control, body()).found == []


def test_an_order_of_the_target_is_that_of_one_order_only() -> None:
    created = order(2, State.CREATED, ref="own")
    again = LedgerOrder("id-again", "run", "R-2", INSTANT, None, None, "", State.POSSIBLE)
    other = LedgerOrder("id-other", "run", "R-2", INSTANT, None, None, "", State.POSSIBLE)
    answer = body(stored(2, "own"), stored(2, "second"))
    target = looked_up(answer, answer, orders=[created, again, other])
    assert target.found == [("id-again", True), ("id-other", False)]
    assert target.results[0].returned["ref"] == "second"


def test_nothing_is_sent_where_no_outcome_is_unknown() -> None:
    nameless = LedgerOrder("id", "run", None, INSTANT, None, None, "", State.POSSIBLE)
    assert looked_up(orders=[KNOWN, nameless]).sent == []


@pytest.mark.parametrize("status", [404, 405, 501, 400, 403, 302])
def test_a_look_up_that_is_not_offered_is_tried_once(status: int) -> None:
    target = looked_up(status, orders=[KNOWN, *map(order, range(2, 9))])
    assert len(target.sent) == 1
    assert target.notes == [
        f"orders whose outcome is unknown could not be looked up (the target does not offer it: status {status})"
    ]


def test_nothing_is_sent_after_three_responses_that_say_nothing() -> None:
    target = looked_up(CONTROL, 500, b"{", Failure("dropped", ""), orders=[KNOWN, *map(order, range(2, 9))])
    assert len(target.sent) == 4
    assert "3 responses in a row say nothing of orders" in target.notes[0]


@pytest.mark.parametrize(
    ("answer", "kind"), [(401, CredentialsRejectedError), (CircuitOpenError("x"), CircuitOpenError)]
)
def test_nothing_is_sent_after_a_problem(answer: Answer, kind: type[BrokenRunError]) -> None:
    target = Target([CONTROL, answer])
    finder = target.look_up(KNOWN, order(2), order(3))
    assert isinstance(finder.problem, kind)
    assert len(target.sent) == 2
