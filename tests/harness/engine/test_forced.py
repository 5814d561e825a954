"""Forced responses are judged by their shape only, and only where no other response shows anything."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.harness.verification.verdicts import compare
from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.service import Service
from orders_conformance.strategies.forced import ForcedHeader
from tests.support.lacking_servers import NoMemory
from tests.support.runs import CONTRACT, settings

PREFER = ForcedHeader("Prefer", "code={status}")
CONFLICT = str(CONTRACT.statuses.conflict)
MESSAGE = f"create/{CONFLICT}/message/present"


class Forcing(NoMemory):
    """Remembers nothing, and responds with a status where that is asked for."""

    def process(self, request: ServerRequest) -> ServerResponse:
        wanted = (request.header("Prefer") or "").removeprefix("code=")
        if wanted != CONFLICT:
            return super().process(request)
        return self.reject(self.conflict(self.decode(request)), request)


class ForcingWithoutMessage(Forcing):
    """Leaves the message out of what it is asked for."""

    def rejection_body(self, rejection: Any) -> dict[str, Any]:
        return {name: value for name, value in super().rejection_body(rejection).items() if name != "message"}


def run_of(kind: type[Service], *, without: tuple[str, ...] = ("memory",)) -> DryRun:
    return dry_run(settings(without=without, forced=PREFER), kind)


def verdicts(run: DryRun) -> dict[str, Any]:
    return {event["requirement"]: event for event in run.events if event["type"] == "verdict"}


def forced(run: DryRun) -> set[str]:
    return {name for name, event in verdicts(run).items() if event.get("forced")}


def sent(run: DryRun) -> list[int]:
    return [event["forced"]["status"] for event in run.events if event["type"] == "exchange" and "forced" in event]


@pytest.fixture(scope="module")
def forcing() -> DryRun:
    return run_of(Forcing)


def test_the_shape_of_a_response_that_nothing_else_shows_is_judged_and_marked(forcing: DryRun) -> None:
    assert sent(forcing) == [CONTRACT.statuses.conflict]
    assert MESSAGE in forced(forcing)
    assert {name.split("/")[1] for name in forced(forcing)} == {CONFLICT}
    assert {verdicts(forcing)[name]["verdict"] for name in forced(forcing)} == {Verdict.PASSED}


def test_no_rule_is_judged_by_a_forced_response(forcing: DryRun) -> None:
    rules = {name for name in forced(forcing) if CONTRACT.requirements[name].needs}
    assert rules == set()
    assert forcing.conclusion.verdicts[f"create/{CONFLICT}/only-duplicates"] is Verdict.UNTESTED


def test_the_outcome_is_partial_and_says_why(forcing: DryRun) -> None:
    assert forcing.conclusion.outcome is Outcome.PARTIAL
    assert f"{len(forced(forcing))} requirements were judged by forced responses alone" in str(
        forcing.conclusion.reason
    )


def test_a_forced_response_of_another_shape_is_a_failure_with_a_command_that_has_the_header() -> None:
    run = run_of(ForcingWithoutMessage)
    assert run.conclusion.verdicts[MESSAGE] is Verdict.FAILED
    assert MESSAGE in forced(run)
    (finding,) = (one for one in run.events if one["type"] == "finding" and one["requirement"] == MESSAGE)
    assert f"-H 'Prefer: code={CONFLICT}'" in finding["curl"]


def test_a_target_that_ignores_the_header_is_judged_as_without_it() -> None:
    run = run_of(NoMemory)
    assert sent(run) == [CONTRACT.statuses.conflict]
    assert forced(run) == set()
    assert run.conclusion.verdicts[MESSAGE] is Verdict.UNTESTED
    assert (
        f"the target does not follow Prefer: code={{status}}: it responded {CONTRACT.statuses.created} for {CONFLICT}"
    ) in [event["text"] for event in run.events if event["type"] == "note"]


def test_nothing_is_forced_where_every_response_came_by_itself() -> None:
    run = run_of(Service, without=())
    assert sent(run) == []
    assert run.conclusion.outcome is Outcome.CONFORMANT


@pytest.mark.parametrize("kind", [Forcing, ForcingWithoutMessage, NoMemory])
def test_the_record_is_judged_again_with_the_same_result(kind: type[Service]) -> None:
    assert compare(run_of(kind).events, CONTRACT).faults == ()


def test_a_record_that_hides_that_a_verdict_is_forced_is_not_believed(forcing: DryRun) -> None:
    changed = [
        {name: value for name, value in event.items() if event["type"] != "verdict" or name != "forced"}
        for event in forcing.events
    ]
    assert f"the verdict on {MESSAGE} is wrong about whether forced responses alone show something about it" in (
        compare(changed, CONTRACT).faults
    )
