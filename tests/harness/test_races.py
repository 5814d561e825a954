"""Concurrent requests are judged as what some order of them allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.invocation import Invocation, settings_of
from harness.rehearsal import rehearse
from harness.verdict import Verdict
from mock.messages import Reply, Request, Wire
from mock.service import Service


class LosesWhatWinsTheRace(Service):
    """Creates the order of a race, and drops the connection instead of saying so."""

    def handle(self, request: Request) -> Reply:
        reply = super().handle(request)
        racing = request.connection.startswith("racer-")
        return replace(reply, wire=Wire(drop="after")) if racing and reply.status == self.statuses["created"] else reply


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_conflicts_with_an_order_whose_answer_was_lost_are_nobodys_fault(seed: int) -> None:
    settings = settings_of(Invocation(profile="ci", seed=seed))
    settings = replace(settings, profile=replace(settings.profile, examples=0))
    verdicts = rehearse(settings, LosesWhatWinsTheRace).conclusion.verdicts
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.FAILED] == []
