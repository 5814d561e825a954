"""The second opinion on responses in the random phase."""

from __future__ import annotations

from typing import Any

import pytest
from schemathesis import Case

from orders_conformance.harness.fuzzing.second_opinion import SecondOpinion
from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.mock.faulty import CATALOGUE
from tests.support.runs import settings


def test_schemathesis_checks_get_the_response_to_their_own_case(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def opinions(_self: SecondOpinion, _case: Case[Any], exchange: Exchange) -> list[str]:
        shown.append(exchange.probe)
        return []

    monkeypatch.setattr(SecondOpinion, "opinions", opinions)
    # This server rejects the order after a rejected one, so that a rejected case is sent again to find the reason.
    run = dry_run(settings(examples=None), CATALOGUE["refuses-after-refusal"])
    assert any(one["probe"] == "isolate/schema" for one in run.events if one["type"] == "exchange")
    assert shown
    assert set(shown) == {"schema"}
