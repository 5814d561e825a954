"""A record that a run wrote follows from its exchanges; what is changed in it does not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.harness.inputs.selection import select
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.harness.verification.verdicts import compare
from orders_conformance.mock.different import CATALOGUE as DIFFERENT
from orders_conformance.mock.faulty import CATALOGUE as FAULTY
from orders_conformance.mock.service import Service
from orders_conformance.strategies.scripts.declarations import serving
from tests.support.runs import CONTRACT, settings

Event = dict[str, Any]
# One for each kind of suspicion, and several whose faults show in one exchange.
SERVERS = (
    "key-with-all-fields",
    "no-cents-by-phone",
    "stores-for-strangers",
    "takes-any-password",
    "no-payment-without-place",
    "ref-empty",
    "key-is-instant",
)


def recorded(kind: type[Service], pattern: str | None = None) -> tuple[Event, ...]:
    """Make the record of a run, narrowed by a pattern."""
    chosen = settings("tenant")
    if pattern is not None:
        selected = select(CONTRACT, pattern)
        scripts = serving((CONTRACT.requirements[one] for one in selected), CONTRACT.statuses)
        chosen = replace(chosen, selected=selected, scripts=scripts)
    return tuple(dict(event) for event in dry_run(chosen, kind).events)


def changed(change: Callable[[list[Event]], None]) -> tuple[str, ...]:
    """Change the record of a small run; return what does not follow."""
    events = deepcopy(list(recorded(FAULTY["key-with-status"], "create/409")))
    change(events)
    return compare(events, CONTRACT).faults


@pytest.mark.parametrize("name", SERVERS)
def test_the_record_of_a_faulty_server_follows_from_its_exchanges(name: str) -> None:
    result = compare(recorded(FAULTY[name]), CONTRACT)
    assert (result.faults, result.left) == ((), None)
    assert result.judged > 200


def test_the_record_of_a_server_that_conforms_follows_from_its_exchanges() -> None:
    assert compare(recorded(Service), CONTRACT).faults == ()


@pytest.mark.parametrize("name", list(DIFFERENT)[:3])
def test_the_record_of_a_server_that_differs_follows_from_its_exchanges(name: str) -> None:
    assert compare(recorded(DIFFERENT[name], "create/201"), CONTRACT).faults == ()


def failed(events: list[Event]) -> Event:
    return next(one for one in events if one["type"] == "verdict" and one["verdict"] == "failed")


def test_a_failed_requirement_that_passes_is_named_with_the_exchanges_that_show_it() -> None:
    faults = changed(lambda events: failed(events).update(verdict="passed", against=0, lead=None))
    assert [fault for fault in faults if "is passed, and" in fault and "a violation" in fault]


def test_a_finding_that_is_missing_is_named_with_its_exchange() -> None:
    def without(events: list[Event]) -> None:
        events[:] = [one for one in events if one["type"] != "finding"]

    faults = changed(without)
    assert "the finding f1 is missing" in " ".join(faults)


def test_evidence_without_a_reason_in_its_exchange_is_named() -> None:
    def invent(events: list[Event]) -> None:
        at = next(number for number, one in enumerate(events) if one["type"] == "exchange")
        made = {"type": "evidence", "exchange": "x1", "requirement": "create/409/duplicate", "expected": "409"}
        events.insert(at + 1, made | {"observed": "201"})

    assert any("evidence against create/409/duplicate at the exchange x1" in fault for fault in changed(invent))


def test_a_suspicion_that_nothing_settles_is_named() -> None:
    def unsettled(events: list[Event]) -> None:
        events[:] = [one for one in events if one["type"] != "settled"]

    assert any("the record does not say which" in fault for fault in changed(unsettled))


@pytest.mark.parametrize(("shown", "named"), [({"max-wrong-logins": 6}, False), ({}, True)])
def test_a_suspicion_may_stay_open_only_where_wrong_logins_are_limited(shown: dict[str, int], *, named: bool) -> None:
    chosen = settings("tenant", shown=shown)
    chosen = replace(chosen, profile=replace(chosen.profile, wrong_logins=6))
    # Validates orders before it checks a token, which one more request with a wrong token would show.
    result = compare(dry_run(chosen, FAULTY["validates-for-strangers"]).events, CONTRACT)
    assert (bool(result.faults), result.left_open > 0) == (named, not named)


def test_a_level_that_is_not_the_contracts_is_named() -> None:
    def lower(events: list[Event]) -> None:
        events[0]["requirements"][0]["level"] = "info"

    [fault] = changed(lower)
    assert fault.startswith("the header has another level, sentence or source of create/409/")


def test_what_was_cut_is_counted_and_the_rest_is_judged() -> None:
    events = deepcopy(list(recorded(Service, "create/409")))
    before = compare(events, CONTRACT)
    cut = next(one for one in events if one["type"] == "exchange" and one["response"])
    cut["response"]["body"] = {"text": "{", "length": 20_000, "digest": "sha256:" + "0" * 64}
    result = compare(events, CONTRACT)
    assert (result.partial, result.judged) == (before.partial + 1, before.judged - 1)
    assert result.faults == ()


@pytest.mark.parametrize("name", ["key-with-all-fields", "no-cents-by-phone", "takes-any-password"])
def test_a_server_whose_responses_were_all_cut_is_not_called_forged(name: str) -> None:
    events = deepcopy(list(recorded(FAULTY[name])))
    for one in events:
        if one["type"] == "exchange" and one["response"]:
            one["response"]["body"] = {"text": "{", "length": 70_000, "digest": "sha256:" + "0" * 64}
    result = compare(events, CONTRACT)
    assert result.faults == ()
    assert result.partial > 200


def test_a_short_response_that_is_marked_as_cut_is_named() -> None:
    def cut(events: list[Event]) -> None:
        chosen = next(one for one in events if one["type"] == "exchange")
        chosen["response"]["body"] |= {"length": 300, "digest": "sha256:" + "0" * 64}

    assert "the exchange x1 is marked as cut or hidden, which a run would not have done to it" in changed(cut)


def test_what_the_status_of_a_cut_response_shows_is_judged() -> None:
    def hide(events: list[Event]) -> None:
        findings = {one["id"] for one in events if one["type"] == "finding"}
        events[:] = [one for one in events if one["type"] not in {"finding", "evidence", "settled"}]
        for one in events:
            if one["type"] == "exchange":
                one.pop("suspicion", None)
                if findings & {*one["findings"]}:
                    one["findings"] = []
                    one["response"]["body"] = {"text": "{", "length": 20_000, "digest": "sha256:" + "0" * 64}
        failed(events).update(verdict="passed", against=0, lead=None)

    assert [fault for fault in changed(hide) if "is passed, and" in fault or "by its status" in fault]


@pytest.mark.parametrize(
    "change",
    [
        lambda events: events[0].update(started_at="2024-99-99T00:00:00Z"),
        lambda events: events[1].update(at=1e300, classified_at="never"),
        lambda events: events[1]["request"].update(body={"base64": "A"}),
        lambda events: events[0]["settings"].update(dict.fromkeys(("currencyCode", "pointOfSale"), 7)),
        lambda events: events[1].update(id="x" * 100),
        lambda events: events.insert(1, {"type": "settled", "exchange": "x9"}),
        lambda events: events[1]["request"].update(credentials="no such kind"),
    ],
)
def test_valid_events_that_no_run_writes_are_named(change: Callable[[list[Event]], None]) -> None:
    events = [one for one in recorded(FAULTY["key-with-status"], "create/409") if one["type"] != "note"]
    events = deepcopy(events)
    change(events)
    assert compare(events, CONTRACT).faults != ()


def test_another_version_of_the_suite_is_told_and_nothing_is_called_forged() -> None:
    events = deepcopy(list(recorded(Service, "create/409")))
    events[0]["suite"]["version"] = "0.0.1"
    result = compare(events, CONTRACT)
    assert result.faults == ()
    assert "it was judged by version 0.0.1 of the suite" in str(result.left)


def test_another_contract_is_told_and_nothing_is_called_forged() -> None:
    events = deepcopy(list(recorded(Service, "create/409")))
    events[0]["contract"]["digest"] = "sha256:" + "0" * 64
    assert compare(events, CONTRACT).left == "it was judged by another contract"


def test_a_record_of_the_first_version_must_not_pass_what_an_exchange_violates() -> None:
    def former(events: list[Event]) -> None:
        events[0]["record_version"] = 1
        events[:] = [one for one in events if one["type"] not in {"evidence", "settled", "finding"}]
        for one in events:
            if one["type"] == "exchange":
                for name in ("classified_at", "judged_at", "suspicion"):
                    one.pop(name, None)
        failed(events).update(verdict="passed", against=0, lead=None)

    events = deepcopy(list(recorded(FAULTY["conflict-without-reference"], "create/409")))
    former(events)
    assert compare(events, CONTRACT).faults[0].startswith("create/409/message/names-reference is passed, and")
