"""Each shortcoming of a matrix has a line."""

from __future__ import annotations

from orders_conformance.harness.selfcheck.matrix import BOUNDS, Bounds, shortcomings
from tests.support.matrices import INFO, MUST, SHOULD, both, matrix, subject, trial


def test_sound_matrix_has_none() -> None:
    harmless = subject("harmless", both(trial(SHOULD)), SHOULD)
    assert list(shortcomings(matrix(different=(harmless,)))) == []


def test_fault_that_is_missed() -> None:
    missed = subject("missed", both(trial()))
    assert list(shortcomings(matrix(faulty=(missed,)))) == [
        "ci finds 66.7 % of the faulty servers, not 100 %",
        "tenant finds 66.7 % of the faulty servers, not 95 %",
    ]


def test_fault_that_could_not_be_judged_is_missed() -> None:
    silent = subject("silent", {"ci": trial(MUST, broken="it is gone"), "tenant": trial(MUST)}, MUST)
    assert list(shortcomings(matrix(faulty=(silent,)))) == ["ci finds 66.7 % of the faulty servers, not 100 %"]


def test_failure_that_is_not_declared() -> None:
    wrong = subject("wrong", {"ci": trial(MUST), "tenant": trial(MUST, SHOULD)}, MUST)
    assert list(shortcomings(matrix(faulty=(wrong,)))) == [f"tenant finds more in wrong than it breaks: {SHOULD}"]


def test_declaration_that_does_not_show_matters_where_everything_is_to_be_found() -> None:
    wrong = subject("wrong", both(trial(MUST)), MUST, "create/should/*")
    assert list(shortcomings(matrix(faulty=(wrong,)))) == ["ci does not find all that wrong breaks: create/should/*"]


def test_differing_server_that_fails_a_must() -> None:
    blamed = subject("blamed", {"tenant": trial(MUST)}, MUST)
    assert list(shortcomings(matrix(different=(blamed,)))) == [f"tenant accuses blamed: {MUST}"]


def test_differing_server_that_could_not_be_judged() -> None:
    blamed = subject("blamed", {"ci": trial(broken="it is gone")})
    assert list(shortcomings(matrix(different=(blamed,)))) == ["ci accuses blamed: it is gone"]


def test_differing_server_that_fails_a_should_that_it_does_not_declare() -> None:
    blamed = subject("blamed", {"tenant": trial(SHOULD)}, INFO)
    assert list(shortcomings(matrix(different=(blamed,)))) == [f"tenant accuses blamed: {SHOULD}"]


def test_differing_server_that_ends_the_run_as_it_declares() -> None:
    locking = subject("locking", {"ci": trial(broken="the account is locked")}, stops_run={"ci": "locked"})
    assert list(shortcomings(matrix(different=(locking,)))) == []


def test_differing_server_that_ends_the_run_for_another_reason_than_it_declares() -> None:
    locking = subject("locking", {"ci": trial(broken="it is gone")}, stops_run={"ci": "locked"})
    assert list(shortcomings(matrix(different=(locking,)))) == ["ci accuses locking: it is gone"]


def test_differing_server_that_ends_the_run_as_it_declares_and_is_accused_before() -> None:
    locking = subject("locking", {"ci": trial(MUST, broken="the account is locked")}, stops_run={"ci": "locked"})
    assert list(shortcomings(matrix(different=(locking,)))) == [f"ci accuses locking: {MUST}"]


def test_differing_server_that_does_not_end_the_run_as_it_declares() -> None:
    open_to_all = subject("open", {"ci": trial()}, stops_run={"ci": "locked"})
    assert list(shortcomings(matrix(different=(open_to_all,)))) == [
        "ci judges open, and was to stop for the declared reason: locked"
    ]


def test_cost_beyond_the_bounds() -> None:
    number = len(matrix().levels)
    most = {profile: (bounds.most_requests(number), bounds.most_orders(number)) for profile, bounds in BOUNDS.items()}

    def costing(more: int) -> list[str]:
        embedded = {
            name: trial(requests=requests + more, orders=orders + more) for name, (requests, orders) in most.items()
        }
        return list(shortcomings(matrix(embedded=embedded)))

    assert costing(0) == []
    assert costing(1) == [
        f"{profile} {does} {number + 1} {what}, more than {number}"
        for profile, numbers in most.items()
        for does, what, number in zip(("sends", "creates"), ("requests", "orders"), numbers, strict=True)
    ]


def test_bounds_grow_with_the_contract() -> None:
    assert Bounds(share=100, requests=2.5, orders=0.5).most_requests(10) == 25
    assert Bounds(share=100, requests=2.5, orders=0.5).most_orders(11) == 5


def test_requirement_that_nothing_breaks() -> None:
    untested = matrix()
    untested = type(untested)(
        {**untested.levels, "create/new": "should", INFO: "info"}, untested.embedded, untested.faulty, ()
    )
    assert list(shortcomings(untested)) == ["no faulty server breaks create/new"]
