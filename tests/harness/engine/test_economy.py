"""What a run with a limited number of orders does not send any more, and what it sends in a plainer form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Verdict
from orders_conformance.mock.faulty import CATALOGUE
from orders_conformance.mock.service import FieldProblem, ServerRequest, Service
from orders_conformance.spec.date_time import parse
from tests.support.runs import CONTRACT, failed, settings

# Requirements of level must that profile `tenant` never tests: it sends no concurrent requests.
_NEVER = {"create/409/duplicate/concurrent"}


def untested(run: DryRun) -> set[str]:
    """Name the requirements of level must that were not tested."""
    verdicts = run.conclusion.verdicts.items()
    return {
        name
        for name, given in verdicts
        if given is Verdict.UNTESTED and CONTRACT.requirements[name].level == "must" and name not in _NEVER
    }


def accepted(run: DryRun, prefix: str) -> int:
    """Count the exchanges of probes with a prefix that were accepted."""
    return sum(
        event["probe"].startswith(prefix) and event["response"]["status"] == CONTRACT.statuses.created
        for event in run.events
        if event["type"] == "exchange" and event["response"]
    )


@pytest.mark.parametrize(
    "name",
    [
        "ordered-at-in-utc-only",
        "created-at-in-utc-only",
        "modified-at-in-utc-only",
        "ordered-at-in-whole-seconds-only",
        "modified-at-in-whole-seconds-only",
    ],
)
@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_a_form_of_dates_that_is_rejected_leaves_no_must_untested(name: str, profile: str) -> None:
    run = dry_run(settings(profile), CATALOGUE[name])
    assert untested(run) == set()
    assert len(failed(run)) == 1


class RejectsBothForms(Service):
    """Rejects date-times with an offset or a fraction in every field."""

    def problems(self, order: Mapping[str, object]) -> tuple[FieldProblem, ...]:
        """Return the invalid fields of an order."""
        odd = [
            FieldProblem(name, "must be in UTC and whole seconds")
            for name, value in order.items()
            if isinstance(value, str) and parse(value) and (not value.endswith("Z") or "." in value)
        ]
        return super().problems(order) or tuple(odd)


def test_several_forms_that_are_rejected_leave_no_must_untested() -> None:
    run = dry_run(settings("tenant"), RejectsBothForms)
    assert untested(run) == set()
    assert all(name.endswith(("/offset", "/fraction")) for name in failed(run))


@pytest.mark.parametrize("name", ["card-only", "visa-only", "no-cards", "channel-without-gds", "refuses-decimals"])
def test_a_value_that_is_rejected_leaves_no_other_value_untested(name: str) -> None:
    assert untested(dry_run(settings("tenant"), CATALOGUE[name])) == set()


def test_no_form_is_left_out_that_is_accepted_with_other_values() -> None:
    run = dry_run(settings("ci"), CATALOGUE["refuses-western"])
    instants = [
        event["request"]["body"]["text"]
        for event in run.events
        if event["type"] == "exchange" and event["probe"] == "order"
    ]
    assert sum("+05:30" in text or "+02:00" in text for text in instants) > 10


@pytest.mark.parametrize("name", ["no-duplicates", "updates-on-repeat", "knows-orders-late"])
def test_repeats_that_are_proven_to_be_accepted_cost_few_more_orders(name: str) -> None:
    run = dry_run(settings("tenant"), CATALOGUE[name])
    assert accepted(run, "repeat/") + accepted(run, "recycled/") <= 4
    assert "409/duplicate" in failed(run)


def test_a_late_conflict_is_looked_for_at_the_end_where_repeats_are_accepted() -> None:
    run = dry_run(settings("tenant"), CATALOGUE["remembers-every-second"])
    assert not any(name.startswith("create/409/message") for name in untested(run))


@pytest.mark.parametrize("name", ["takes-any-text", "lets-anybody-in", "looks-at-header-only", "fills-everything"])
def test_a_family_that_is_mostly_broken_leaves_orders_for_the_rest(name: str) -> None:
    run = dry_run(settings("tenant"), CATALOGUE[name])
    assert run.traffic["orders_created"] < (settings("tenant").profile.orders or 0)
    # Where everything is accepted, there is no response 401, and nothing shows that right credentials are needed.
    excused = {"create/request/credentials/right"} if name == "lets-anybody-in" else set()
    assert not [one for one in untested(run) if "/401/" not in one and one not in excused]


def test_requests_that_wait_for_the_end_are_sent_while_orders_are_left() -> None:
    run = dry_run(settings("tenant"), CATALOGUE["lets-anybody-in"])
    assert sum(name.startswith("request/credentials/") for name in failed(run)) > 8


def test_without_a_limit_of_orders_everything_is_sent() -> None:
    chosen = settings("tenant")
    unlimited = replace(chosen, profile=replace(chosen.profile, orders=None))
    assert accepted(dry_run(unlimited, CATALOGUE["no-duplicates"]), "repeat/") > 10


class _AcceptsRepeatsOfMost(Service):
    """Stores an order under another key each time, but for every tenth."""

    def set_up(self) -> None:
        self.stored = 0

    def key(self, order: Mapping[str, object], request: ServerRequest) -> tuple[str, int]:
        self.stored += 1
        reference, instant = super().key(order, request)
        return reference, instant + (self.stored if self.stored % 10 else 0)


def test_the_budget_is_the_reason_of_what_is_untested_after_it_was_spent() -> None:
    chosen = settings("tenant")
    small = replace(chosen, profile=replace(chosen.profile, orders=6))
    run = dry_run(small, _AcceptsRepeatsOfMost)
    reasons = {event["requirement"]: event["reason"] for event in run.events if event["type"] == "untested"}
    assert "the budget of 6 orders is spent" in reasons["create/request/channel/enum/GDS"]
    assert reasons["create/409/duplicate/concurrent"] == "the profile tenant sends no concurrent duplicates"
