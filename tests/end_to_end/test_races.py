"""Concurrent requests are judged as what some order of them allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.invocation.settings import settings_of
from orders_conformance.harness.verdicts.verdict import Verdict
from orders_conformance.mock.messages import ServerRequest, ServerResponse, WireBehaviour
from orders_conformance.mock.service import Service


class LosesWhatWinsTheRace(Service):
    """Creates the order of a race, and drops the connection instead of saying so."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        response = super().handle(request)
        racing = request.connection.startswith("racer-")
        return (
            replace(response, wire=WireBehaviour(drop="after"))
            if racing and response.status == self.statuses["created"]
            else response
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_conflicts_with_an_order_whose_answer_was_lost_are_nobodys_fault(seed: int) -> None:
    settings = settings_of(Invocation(profile="ci", seed=seed))
    settings = replace(settings, profile=replace(settings.profile, examples=0))
    verdicts = dry_run(settings, LosesWhatWinsTheRace).conclusion.verdicts
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.FAILED] == []
