"""Processes that get SIGINT, SIGTERM or SIGHUP at random points, and one in the middle of a race without answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from signal import SIGHUP, SIGINT, SIGTERM
from typing import Any

import pytest

from orders_conformance.mock.messages import ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.reports.record.reader import read
from tests.chaos.artefacts import events
from tests.chaos.signalled_process import EndedProcess, SignallingService, SignalPlan, run_until

pytestmark = pytest.mark.slow  # 1.3 s of CPU for each process that is interrupted

# The seeds of the processes: twenty in all, with each signal in turn.
_INTERRUPTED = [range(100, 106), pytest.param(range(106, 120), marks=pytest.mark.thorough)]
_AT_ONCE = 2
_BROKEN = 3
_STATUS = {SIGINT: _BROKEN, SIGTERM: 143, SIGHUP: 129}
# Seconds that a process may take to write its reports.
_SOON = 10.0
_REASON = "the run was interrupted: start it again to judge the rest"


def report(one: EndedProcess) -> Any:
    return json.loads((one.folder / "report.json").read_bytes())


@pytest.fixture(scope="module", params=_INTERRUPTED, ids=["some", "others"])
def interrupted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, show_figure: Callable[[str], None]
) -> list[EndedProcess]:
    """Interrupt processes at random points."""

    def interrupt(seed: int) -> EndedProcess:
        number = [*_STATUS][seed % len(_STATUS)]
        return run_until(number, SignalPlan.drawn(seed), tmp_path_factory.mktemp(f"interrupted-{seed}-"))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(interrupt, request.param))
    show_figure(
        f"interrupt: {len(found)} processes at {len({one.plan for one in found})} different points, "
        f"{sum(one.status == _STATUS[one.signal] for one in found)} with the exit status of their signal, "
        f"{sum(one.held for one in found)} orders on the servers, "
        f"{sum(one.unaccounted for one in found)} not in a ledger, the slowest end after "
        f"{max(one.seconds for one in found):.1f} s"
    )
    return found


def test_the_exit_status_says_which_signal_came(interrupted: list[EndedProcess]) -> None:
    wrong = [(one.plan, one.status, one.output) for one in interrupted if one.status != _STATUS[one.signal]]
    assert (wrong, {one.signal for one in interrupted}) == ([], set(_STATUS))


def test_the_reports_are_written_and_say_why(interrupted: list[EndedProcess]) -> None:
    assert {(report(one)["outcome"], report(one)["reason"]) for one in interrupted} == {("broken", _REASON)}
    assert all((one.folder / name).exists() for one in interrupted for name in ("report.html", "junit.xml"))


def test_the_record_is_whole(interrupted: list[EndedProcess]) -> None:
    assert [read(one.folder / "record.jsonl").damage for one in interrupted] == [None] * len(interrupted)


def test_the_ledger_accounts_for_every_order(interrupted: list[EndedProcess]) -> None:
    assert [(one.plan, one.unaccounted) for one in interrupted if one.unaccounted] == []


def test_no_stack_trace_is_shown(interrupted: list[EndedProcess]) -> None:
    assert [one.output for one in interrupted if b"Traceback" in one.output] == []


def test_nothing_is_sent_after_the_interrupt_where_one_request_goes_at_a_time(interrupted: list[EndedProcess]) -> None:
    sent = [one.asked - one.plan.request for one in interrupted if "tenant" in one.plan.options]
    assert sent == [0] * len(sent)
    assert len(sent) > 1


def test_no_secret_is_in_anything_that_is_left(interrupted: list[EndedProcess]) -> None:
    assert [(one.plan, one.leaks) for one in interrupted if one.leaks] == []


# A run that is narrowed to races begins with the preflight's request and four of the first orders; the race follows.
_BEFORE_RACE = 5
_RACERS = 7


class SilentInRaces(SignallingService):
    """Processes what comes, and answers only what comes before the race."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Respond to a request, or not."""
        response = super().handle(request)
        return replace(response, wire=WireBehaviour(hang=True)) if self.asked > _BEFORE_RACE else response


@pytest.fixture(scope="module")
def in_race(tmp_path_factory: pytest.TempPathFactory) -> EndedProcess:
    """Interrupt a process while it waits for several answers that do not come for long."""
    plan = SignalPlan(("--profile", "ci", "-k", "concurrent", "--timeout", "50"), _BEFORE_RACE + _RACERS, before=False)
    return run_until(SIGINT, plan, tmp_path_factory.mktemp("race"), SilentInRaces)


def test_an_interrupt_in_a_race_does_not_wait_for_the_answers(in_race: EndedProcess) -> None:
    assert in_race.status == _BROKEN
    assert in_race.seconds < _SOON
    assert b"Traceback" not in in_race.output


def test_what_was_under_way_in_a_race_is_unknown_in_ledger_and_report(in_race: EndedProcess) -> None:
    written = events(in_race.folder / "ledger.jsonl")
    settled = {event["id"] for event in written if event["type"] == "outcome"}
    unknown = [event["id"] for event in written if event["type"] == "intent" and event["id"] not in settled]
    assert len(unknown) == _RACERS
    assert report(in_race)["traffic"]["orders_possible"] == len(unknown)
    assert in_race.unaccounted == 0
