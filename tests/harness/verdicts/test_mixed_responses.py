"""Failures that responses of other requests explain."""

from __future__ import annotations

import pytest

from orders_conformance.harness.run.dry_run import SharedConditions, dry_run
from orders_conformance.harness.verdicts.mixed_responses import is_explained
from orders_conformance.harness.verdicts.verdict import Verdict
from orders_conformance.mock.faulty import CATALOGUE
from tests.support.runs import failed, settings


@pytest.mark.parametrize(("broken", "held"), [(1, 0), (1, 30), (2, 30), (4, 40), (5, 100)])
def test_what_breaks_about_as_rarely_is_explained(broken: int, held: int) -> None:
    assert is_explained(broken=broken, held=held, mixed=4, created=160)


@pytest.mark.parametrize(("broken", "held"), [(2, 0), (3, 3), (20, 40), (30, 100), (0, 10)])
def test_what_breaks_more_often_is_not_explained(broken: int, held: int) -> None:
    assert not is_explained(broken=broken, held=held, mixed=4, created=160)


def test_nothing_is_explained_without_a_response_of_another_request() -> None:
    assert not is_explained(broken=1, held=100, mixed=0, created=160)


@pytest.mark.parametrize("prefix", ["OCABCDEF", "OC012345"])
@pytest.mark.parametrize("name", ["sends-previous-response", "sends-old-response", "caches-created"])
def test_mixed_responses_are_named_and_nothing_else(name: str, prefix: str) -> None:
    assert failed(dry_run(settings(), CATALOGUE[name], SharedConditions(prefix=prefix))) == {"any/own-response"}


@pytest.mark.parametrize("prefix", ["OCABCDEF", "OC012345"])
def test_a_rejection_of_another_order_is_recognised_whatever_the_prefix(prefix: str) -> None:
    conditions = SharedConditions(prefix=prefix)
    assert failed(dry_run(settings("tenant"), CATALOGUE["sends-old-response"], conditions)) == {"any/own-response"}


def test_a_requirement_without_other_evidence_follows_from_it() -> None:
    run = dry_run(settings(), CATALOGUE["sends-old-response"])
    reasons = {event["reason"] for event in run.events if event["type"] == "untested"}
    untested = [name for name, verdict in run.conclusion.verdicts.items() if verdict is Verdict.UNTESTED]
    assert untested
    assert "follows from create/any/own-response, which failed" in reasons
