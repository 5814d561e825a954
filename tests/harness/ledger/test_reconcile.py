"""The orders that the tries of a ledger created or may have created."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders_conformance.harness.ledger.reconcile import LedgerOrder, State
from orders_conformance.harness.messages.exchange import Failure, Response
from orders_conformance.harness.redaction.matcher import HIDDEN
from tests.support.ledgers import REFUSED, RUN, TIMEOUT, Try, Written, order, taken
from tests.support.runs import created, request, response


@pytest.fixture
def ledger(tmp_path: Path) -> Written:
    """The path of a ledger that is not yet written."""
    return Written(tmp_path / "ledger.jsonl")


def orders_of(ledger: Written, *tries: Try) -> list[tuple[str, str | None, str | None]]:
    """Return state, reference and ref of the orders of some tries."""
    return [(one.state.value, one.reference, one.ref) for one in ledger.run(*tries).orders()]


FIRST, SECOND = "OC123456-1", "OC123456-2"


def test_a_created_order_has_everything_that_identifies_it(ledger: Written) -> None:
    (one,) = ledger.run(taken(1)).orders()
    assert (one.run, one.state, one.purpose) == (RUN, State.CREATED, "create/x")
    assert (one.reference, one.instant, one.ref) == (FIRST, order()["orderedAt"], "ref-1")
    assert one.link == "https://api.example.com/v2.1/orders/ref-1"


@pytest.mark.parametrize("answer", [response(400), response(401), response(409), response(429), REFUSED])
def test_a_try_that_created_nothing_is_no_order(ledger: Written, answer: Response | Failure) -> None:
    assert orders_of(ledger, (order(), answer)) == []


@pytest.mark.parametrize("answer", [TIMEOUT, Failure("dropped", ""), response(500), response(503), response(302), None])
def test_a_try_with_an_unknown_outcome_is_a_possible_order(ledger: Written, answer: Response | Failure | None) -> None:
    assert orders_of(ledger, (order(), answer)) == [("possible", FIRST, None)]


def test_each_lost_try_of_a_key_may_be_an_order_until_the_target_rejects_a_repeat(ledger: Written) -> None:
    lost = ((order(), TIMEOUT), (order(), None), (order(price=1), response(503)))
    assert orders_of(ledger, *lost) == [("possible", FIRST, None)] * 3


def test_tries_of_one_key_are_one_possible_order_where_the_target_rejects_repeats(ledger: Written) -> None:
    lost = ((order(), TIMEOUT), (order(), None), (order(price=1), response(503)))
    assert orders_of(ledger, *lost, taken(2), (order(2), response(409))) == [
        ("possible", FIRST, None),
        ("created", SECOND, "ref-2"),
    ]


def test_an_invalid_order_that_was_lost_may_be_stored_until_it_is_rejected(ledger: Written) -> None:
    invalid = order(price="x")
    assert orders_of(ledger, (invalid, TIMEOUT)) == [("possible", FIRST, None)]
    assert orders_of(Written(ledger.path.with_name("other")), (invalid, TIMEOUT), (invalid, response(400))) == []


def test_where_a_rejection_stored_an_order_the_others_are_listed_too(ledger: Written) -> None:
    rejected = [(order(number, price="x"), response(400)) for number in (1, 2)]
    assert orders_of(ledger, *rejected, (order(), response(409))) == [
        ("created", FIRST, None),
        ("possible", SECOND, None),
    ]


def test_a_rejection_does_not_show_that_nothing_was_created_before(ledger: Written) -> None:
    assert orders_of(ledger, (order(), TIMEOUT), (order(), response(401))) == [("possible", FIRST, None)]


def test_a_creation_shows_that_earlier_tries_created_nothing(ledger: Written) -> None:
    assert orders_of(ledger, (order(), TIMEOUT), taken(1)) == [("created", FIRST, "ref-1")]


def test_a_conflict_shows_that_an_earlier_try_created_the_order(ledger: Written) -> None:
    assert orders_of(ledger, (order(), TIMEOUT), (order(), response(409))) == [("created", FIRST, None)]


def test_a_conflict_before_a_try_shows_nothing_of_it(ledger: Written) -> None:
    assert orders_of(ledger, (order(), response(409)), (order(), TIMEOUT)) == [("possible", FIRST, None)]


def test_a_conflict_shows_nothing_where_another_order_with_the_reference_may_conflict(ledger: Written) -> None:
    near = taken(1, orderedAt="2024-01-02T00:00:00Z")
    states = orders_of(ledger, near, (order(), TIMEOUT), (order(), response(409)))
    assert states == [("created", FIRST, "ref-1"), ("possible", FIRST, None)]


def test_a_conflict_with_a_known_order_is_no_second_one(ledger: Written) -> None:
    assert orders_of(ledger, taken(1), (order(), TIMEOUT), (order(), response(409))) == [("created", FIRST, "ref-1")]


def test_another_key_is_another_order(ledger: Written) -> None:
    other = taken(1, "ref-2", orderedAt="2020-01-02T00:00:00Z")
    assert orders_of(ledger, taken(1), other) == [("created", FIRST, "ref-1"), ("created", FIRST, "ref-2")]


def test_an_order_that_was_created_twice_is_two_orders(ledger: Written) -> None:
    assert orders_of(ledger, taken(1, "a"), taken(1, "b")) == [("created", FIRST, "a"), ("created", FIRST, "b")]


def test_an_order_that_was_returned_twice_is_one(ledger: Written) -> None:
    assert orders_of(ledger, taken(1, "a"), taken(1, "a")) == [("created", FIRST, "a")]


def test_a_target_that_creates_twice_may_have_created_an_order_by_each_try(ledger: Written) -> None:
    twice = (taken(1, "a"), taken(1, "b"))
    states = orders_of(ledger, *twice, (order(2), TIMEOUT), (order(2), TIMEOUT), taken(2, "c"))
    assert [state for state, reference, _ in states if reference == SECOND] == ["created", "possible", "possible"]


def test_requests_at_once_with_one_creation_are_one_order(ledger: Written) -> None:
    assert orders_of(ledger, (order(), None), taken(1), (order(), response(409)), (order(), response(409))) == [
        ("created", FIRST, "ref-1")
    ]


def test_a_ref_of_several_orders_identifies_none(ledger: Written) -> None:
    own = "https://api.example.com/v2.1/orders/own"
    ledger.run(taken(1, "1"), (order(2), created(order(2), "1", href=own)), taken(3))
    assert [(one.ref, one.link) for one in ledger.orders()] == [
        (None, "https://api.example.com/v2.1/orders/1"),
        (None, own),
        ("ref-3", "https://api.example.com/v2.1/orders/ref-3"),
    ]


def test_targets_may_have_the_same_refs(ledger: Written) -> None:
    ledger.run(taken(1, "1")).run(taken(2, "1"), run="other", target="http://127.0.0.1:1")
    assert [one.ref for one in ledger.orders()] == ["1", "1"]


@pytest.mark.parametrize("ref", ["", f"a{HIDDEN}", "a" * 2_000])
def test_a_ref_that_was_cut_is_not_known(ledger: Written, ref: str) -> None:
    ledger.run((order(), created(order(), ref, href="")))
    (one,) = ledger.orders()
    assert (one.ref, one.link) == (None, None)


def test_an_instant_is_read_from_the_response_where_none_was_sent(ledger: Written) -> None:
    sent = {name: value for name, value in order().items() if name != "orderedAt"}
    ledger.run((sent, created(order(orderedAt="2026-01-02T00:00:00Z"))))
    (one,) = ledger.orders()
    assert (one.instant, one.is_named) == ("2026-01-02T00:00:00Z", True)


@pytest.mark.parametrize("instant", ["tomorrow", "", 7])
def test_an_invalid_instant_is_not_known(ledger: Written, instant: object) -> None:
    sent = order(orderedAt=instant)
    (one,) = ledger.run((sent, created(sent))).orders()
    assert (one.instant, one.is_named) == (None, False)


def test_an_order_without_a_reference_is_listed_with_its_purpose(ledger: Written) -> None:
    (one,) = ledger.run((b"{}", TIMEOUT)).orders()
    assert (one.reference, one.is_named, one.state, one.purpose) == (None, False, State.POSSIBLE, "create/x")


def test_a_body_without_a_reference_that_was_rejected_afterwards_created_nothing(ledger: Written) -> None:
    assert orders_of(ledger, (b"{}", response(503)), (b"{}", response(400))) == []
    assert orders_of(ledger, (b"[]", response(503)), (b"{}", response(400)), (b"[]", response(429))) == [
        ("possible", None, None)
    ]


def test_an_order_without_an_instant_that_was_rejected_afterwards_was_not_created(ledger: Written) -> None:
    odd, other = order(orderedAt="tomorrow"), order(orderedAt="tomorrow", price=1)
    assert orders_of(ledger, (odd, response(503)), (odd, response(400))) == []
    assert orders_of(ledger, (odd, response(503)), (other, response(400))) == [("possible", FIRST, None)]


def test_a_body_without_a_reference_that_is_accepted_each_time_is_an_order_each_time(ledger: Written) -> None:
    sent = request(b"{}")
    states = orders_of(ledger, *((sent, created({}, ref)) for ref in "ab"), (order(), TIMEOUT), taken(1))
    # It has no key, so that it does not show whether the target creates the same key twice.
    assert states == [("created", None, "a"), ("created", None, "b"), ("created", FIRST, "ref-1")]


def test_the_orders_of_an_embedded_server_ended_with_it(ledger: Written) -> None:
    assert ledger.run(taken(1), embedded=True).run(taken(2), run="other").orders()[0].run == "other"


def test_ids_are_stable_and_each_order_has_its_own(ledger: Written) -> None:
    tries = (taken(1, "a"), taken(1, "b"), (order(2), TIMEOUT), (b"{}", TIMEOUT))
    ids = [one.id for one in ledger.run(*tries).run(*tries, run="other").orders()]
    assert len(set(ids)) == len(ids) == 8
    assert ids == [one.id for one in ledger.orders()]
    assert ids[0] == "de80773b-eab5-544d-af11-217e1abb1a2e", "a batch file of another day names it so"


def deleted(ledger: Written, *statuses: int | None) -> list[LedgerOrder]:
    """Create an order for each status, which its deletion gets as the response."""
    ledger.run(*(taken(number) for number in range(len(statuses))))
    for one, status in zip(ledger.orders(), statuses, strict=True):
        ledger.deleted(one, status)
    return list(ledger.orders())


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_deleted_order_is_not_left(ledger: Written, status: int) -> None:
    (one,) = deleted(ledger, status)
    assert (one.state, one.is_left) == (State.DELETED, False)


@pytest.mark.parametrize("status", [None, 401, 403, 405, 409, 429, 500, 501, 503, 302])
def test_an_order_that_was_not_deleted_is_left(ledger: Written, status: int | None) -> None:
    _, one = deleted(ledger, 204, status)
    assert (one.state, one.is_left) == (State.CREATED, True)


@pytest.mark.parametrize("status", [404, 410])
def test_an_absent_order_is_gone_where_deletion_was_seen_to_work(ledger: Written, status: int) -> None:
    assert [one.state for one in deleted(ledger, status, 204)] == [State.GONE, State.DELETED]


def test_an_absent_order_may_be_left_where_nothing_was_ever_deleted(ledger: Written) -> None:
    assert [one.state for one in deleted(ledger, 404, 410)] == [State.CREATED, State.CREATED]


def test_that_deletion_works_is_shown_by_the_same_target_only(ledger: Written) -> None:
    ledger.run(taken(1)).run(taken(1), run="other", target="http://127.0.0.1:1")
    here, there = ledger.orders()
    ledger.deleted(here, 404).deleted(there, 204)
    assert [one.state for one in ledger.orders()] == [State.CREATED, State.DELETED]


def test_an_order_has_its_whole_reference_however_long(ledger: Written) -> None:
    long = "A" * 9_999
    assert orders_of(ledger, (order(referenceId=long), TIMEOUT)) == [("possible", long, None)]


def test_a_look_up_says_last_whether_an_order_is_there(tmp_path: Path) -> None:
    ledger = Written(tmp_path / "ledger.jsonl").run((order(1), TIMEOUT), (order(2), TIMEOUT), taken(3))
    first, second, third = ledger.orders()
    ledger.looked_up(first, None).looked_up(first, {"ref": "own", "href": "/own"})
    ledger.looked_up(second, {"ref": "x"}).looked_up(second, None).looked_up(third, None)
    found, missing, created = ledger.orders()
    assert (found.state, found.ref, found.link, found.id) == (State.CREATED, "own", "/own", first.id)
    assert (missing.state, missing.is_left) == (State.MISSING, False)
    assert created == third


def test_an_order_that_was_looked_up_and_deleted_is_deleted(tmp_path: Path) -> None:
    ledger = Written(tmp_path / "ledger.jsonl").run((order(1), TIMEOUT))
    (possible,) = ledger.orders()
    ledger.looked_up(possible, {"ref": "own"}).deleted(possible, 204)
    assert [one.state for one in ledger.orders()] == [State.DELETED]


def test_a_ref_that_is_returned_for_several_orders_identifies_none(tmp_path: Path) -> None:
    ledger = Written(tmp_path / "ledger.jsonl").run((order(1), TIMEOUT), (order(2), TIMEOUT))
    for one in ledger.orders():
        ledger.looked_up(one, {"ref": "same"})
    assert [one.ref for one in ledger.orders()] == [None, None]
