"""Whole rehearsals on servers, or networks before them, that do something once, or always."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Outcome
from orders_conformance.mock.service import Result as Step
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service, WireBehaviour
from tests.support.runs import failed, settings


class _Counting(Service):
    """Counts the requests, and answers those before `until` in another way."""

    until = 1
    instead: ClassVar[Mapping[str, Any]] = {"wire": WireBehaviour(hang=True)}

    def set_up(self) -> None:
        """Begin with nothing asked."""
        self.asked = 0

    def handle(self, request: ServerRequest) -> ServerResponse:
        self.asked += 1
        response = super().handle(request)
        return replace(response, **self.instead) if self.asked <= self.until else response


class HangsAtFirst(_Counting):
    """Leaves the first request unanswered."""


class RedirectsAtFirst(_Counting):
    """Answers the first request with a redirect."""

    instead: ClassVar[Mapping[str, Any]] = {"status": 307, "headers": (), "body": b""}


class UnavailableAtFirst(_Counting):
    """Is unavailable for a while."""

    until = 5
    instead: ClassVar[Mapping[str, Any]] = {"status": 503, "headers": (), "body": b""}


class UnavailableForLong(_Counting):
    """Is unavailable for longer than anybody tries."""

    until = 1000
    instead: ClassVar[Mapping[str, Any]] = {"status": 503, "headers": (), "body": b""}


class DamagesCreated(Service):
    """Cuts every answer to a new order."""

    def encode(self, outcome: Step, body: Mapping[str, Any]) -> bytes:
        content = super().encode(outcome, body)
        return content[:-3] if outcome == "created" else content


class DamagesRefused(Service):
    """Cuts every refusal of an invalid order."""

    def encode(self, outcome: Step, body: Mapping[str, Any]) -> bytes:
        content = super().encode(outcome, body)
        return content[:-3] if outcome == "rejected" else content


class DamagesSome(Service):
    """Cuts a tenth of the answers, whatever they are."""

    def set_up(self) -> None:
        """Begin with dice of its own."""
        self.dice = random.Random(3)  # noqa: S311 - a seed that repeats the test, and no secret

    def encode(self, outcome: Step, body: Mapping[str, Any]) -> bytes:
        content = super().encode(outcome, body)
        return content[:-3] if self.dice.random() < 0.1 else content


def attempts(run: DryRun) -> Iterator[tuple[int | None, str | None]]:
    for event in run.events:
        if event["type"] == "exchange":
            yield from ((one["status"], one["failure"]) for one in event["attempts"])


@pytest.mark.parametrize("kind", [HangsAtFirst, RedirectsAtFirst, UnavailableAtFirst, DamagesSome])
def test_what_happens_now_and_then_is_blamed_on_nobody(kind: type[Service]) -> None:
    run = dry_run(settings("tenant"), kind)
    assert failed(run) == set()
    assert run.conclusion.outcome is Outcome.PARTIAL


def test_a_target_that_is_unavailable_for_long_cannot_be_judged() -> None:
    run = dry_run(settings("ci"), UnavailableForLong)
    assert run.conclusion.outcome is Outcome.BROKEN
    assert "run again later" in (run.conclusion.reason or "")
    assert failed(run) == set()


@pytest.mark.parametrize(("kind", "requirement"), [(DamagesCreated, "201/json"), (DamagesRefused, "400/json")])
@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_an_answer_that_is_always_damaged_is_the_servers_fault(
    kind: type[Service], requirement: str, profile: str
) -> None:
    assert failed(dry_run(settings(profile), kind)) == {requirement}


def test_answers_that_were_damaged_once_stand_in_the_record() -> None:
    found = set(attempts(dry_run(settings("tenant"), DamagesSome)))
    assert {(201, "damaged"), (400, "damaged")} <= found
