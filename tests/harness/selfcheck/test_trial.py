"""One trial of the suite against one server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from orders_conformance.harness.selfcheck.trial import first_finding, run_trial
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract


def _exchange(identifier: str, *, tries: int = 1, group: str | None = None) -> Mapping[str, Any]:
    return {"type": "exchange", "id": identifier, "attempts": [{}] * (tries - 1), "group": group}


def _finding(identifier: str, exchange: str) -> Mapping[str, Any]:
    return {"type": "finding", "requirement": identifier, "exchange": exchange}


def test_first_finding_counts_every_try_before_it() -> None:
    events = [_exchange("x1", tries=3), _exchange("x2"), _finding("a", "x2"), _exchange("x3"), _finding("b", "x3")]
    assert first_finding(events) == ("a", 4)


def test_finding_that_came_to_light_later_counts_what_was_sent_until_then() -> None:
    assert first_finding([_exchange("x1"), _exchange("x2"), _finding("a", "x1")]) == ("a", 2)


def test_finding_among_requests_sent_at_once_has_no_number() -> None:
    events = [_exchange("x1"), _exchange("x2", group="g1"), _finding("a", "x2")]
    assert first_finding(events) == ("a", None)


def test_without_a_finding_there_is_neither() -> None:
    assert first_finding([_exchange("x1")]) == (None, None)


def test_conformant_server_fails_nothing() -> None:
    trial = run_trial(Contract.load(), "tenant", Service)
    assert (trial.failed, trial.broken, trial.found_by, trial.sent) == ((), None, None, None)
    assert trial.requests > trial.orders > 0


@pytest.mark.parametrize("name", ["drops-refused", "conflict-as403"])
def test_faulty_server_is_found_over_http_and_in_this_process(name: str) -> None:
    trial = run_trial(Contract.load(), "tenant", CATALOGUE[name])
    assert trial.found
    assert trial.found_by in trial.failed
    assert trial.sent is not None
    assert 0 < trial.sent <= trial.requests
