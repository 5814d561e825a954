"""Features that a target was declared to lack, or seems to lack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.messages import ServerRequest
from orders_conformance.mock.rejection import Rejection
from orders_conformance.mock.service import Service
from orders_conformance.spec.fields import RequestField
from tests.support.lacking_servers import LACKING, AnyCredentials, NoMemory, NoValidation, Static
from tests.support.runs import CONTRACT, failed, settings

FEATURES = list(CONTRACT.extension.features)
ALL = ("authentication", "validation", "echo", "identity", "memory")


def notes(run: DryRun) -> list[str]:
    return [event["text"] for event in run.events if event["type"] == "note"]


def reasons(run: DryRun) -> Mapping[str, str]:
    return {event["requirement"]: event["reason"] for event in run.events if event["type"] == "untested"}


def untested(run: DryRun) -> set[str]:
    return {name for name, given in run.conclusion.verdicts.items() if given is Verdict.UNTESTED}


@pytest.fixture(scope="module", params=FEATURES)
def feature(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def undeclared(feature: str) -> DryRun:
    return dry_run(settings(), LACKING[feature])


@pytest.fixture(scope="module")
def declared(feature: str) -> DryRun:
    return dry_run(settings(without=(feature,)), LACKING[feature])


def test_a_target_without_a_feature_fails_and_a_hint_names_the_option(feature: str, undeclared: DryRun) -> None:
    assert undeclared.conclusion.outcome is Outcome.NOT_CONFORMANT
    assert [note.partition(": ")[2] for note in notes(undeclared) if "it seems" in note] == [f"--without {feature}"]


def test_a_feature_that_shows_by_chance_is_named_as_well() -> None:
    class RejectsColons(AnyCredentials):
        """Takes every user name and password without a colon, as a server that splits at every colon does."""

        def credentials_match(self, user: str, password: str) -> bool:
            return ":" not in password

    run = dry_run(settings(examples=20), RejectsColons)
    assert [note.partition(";")[0] for note in notes(run) if "it seems" in note] == [
        "it seems that the target hardly ever tells wrong credentials from right ones"
    ]


def test_a_feature_of_which_most_is_missing_is_named_as_well() -> None:
    class WantsFieldsOnly(NoValidation):
        """Rejects an order without a required field, and takes every value."""

        def create(self, order: dict[str, Any], request: ServerRequest) -> Any:
            if not {one.name for one in self.contract.fields.values() if one.required} <= order.keys():
                raise Rejection(outcome="rejected", message="A field is missing.")
            return super().create(order, request)

    told = [note for note in notes(dry_run(settings(), WantsFieldsOnly)) if "it seems" in note]
    assert told == [
        "it seems that the target rejects invalid orders only in part; if it is not meant to: --without validation"
    ]


def test_a_feature_that_misses_a_little_is_not_named() -> None:
    class TakesTextAsPrice(Service):
        """Accepts a price as a text."""

        def value_problem(self, field: RequestField, value: Any) -> str | None:
            return None if isinstance(value, str) and field.name == "price" else super().value_problem(field, value)

    run = dry_run(settings(), TakesTextAsPrice)
    assert run.conclusion.outcome is Outcome.NOT_CONFORMANT
    assert not any("it seems" in note for note in notes(run))


def test_a_declared_lack_makes_the_run_partial(feature: str, declared: DryRun) -> None:
    assert (declared.conclusion.outcome, declared.conclusion.reason) == (
        Outcome.PARTIAL,
        f"declared without {feature}",
    )


def test_what_needs_the_lacking_feature_is_untested_with_that_reason(feature: str, declared: DryRun) -> None:
    needing = {name for name, one in CONTRACT.requirements.items() if feature in one.needs}
    assert needing
    assert {reasons(declared).get(name) for name in needing} == {f"declared without {feature}"}


def test_a_declared_lack_costs_no_more_requests(undeclared: DryRun, declared: DryRun) -> None:
    assert declared.traffic["requests"] <= undeclared.traffic["requests"]


def test_a_lack_that_is_not_there_is_stale_and_fails(feature: str) -> None:
    run = dry_run(settings("tenant", without=(feature,)))
    (name,) = failed(run)
    assert CONTRACT.extension.features[feature].is_shown_by(f"create/{name}")
    assert run.conclusion.reason == "a declared deviation or a feature of --without is stale"


@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_a_static_mock_passes_without_all_that_it_lacks(profile: str) -> None:
    run = dry_run(settings(profile, without=ALL), Static)
    assert failed(run) == set()
    assert run.conclusion.outcome is Outcome.PARTIAL


def test_few_requests_are_sent_for_what_is_lacking() -> None:
    whole, without = dry_run(settings()), dry_run(settings(without=ALL), Static)
    assert without.traffic["requests"] < whole.traffic["requests"] / 2


def test_a_feature_in_part_is_told_and_not_stale() -> None:
    class ForgetsEveryOther(Service):
        """Accepts the repeats of every other order."""

        def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: Any) -> bool:
            stored = super().store(order, record, request)
            return stored or order[self.reference_field][-1] in "02468ACEGI"

    run = dry_run(settings(without=("memory",)), ForgetsEveryOther)
    assert failed(run) == set()
    assert any("the target has it in part" in note for note in notes(run))


def test_what_nothing_could_break_is_untested() -> None:
    run = dry_run(settings(), NoMemory)
    assert {
        "create/409/only-duplicates",
        "create/409/reference-case-and-spaces",
        "create/409/recycled-reference",
        "create/400/stores-nothing",
        "create/401/stores-nothing",
    } <= untested(run)


def test_right_credentials_are_untested_where_all_are_accepted() -> None:
    run = dry_run(settings(), LACKING["authentication"])
    assert {"create/request/credentials/right", "create/request/credentials/scheme-case"} <= untested(run)


@pytest.mark.parametrize("pattern", [("create/409/only-duplicates",), ("create/request/credentials/scheme-case",)])
def test_a_narrowed_run_on_a_conformant_server_passes_it(pattern: tuple[str, ...]) -> None:
    run = dry_run(settings(selected=pattern))
    assert set(run.conclusion.verdicts.values()) == {Verdict.PASSED}


def test_a_target_that_accepts_no_order_fails_and_is_explained() -> None:
    class OtherCurrency(Service):
        """Belongs to an organisation that has another currency only."""

        def check(self, order: Mapping[str, Any]) -> None:
            raise Rejection(outcome="rejected", message="currencyCode: this organisation has GBP only.")

    run = dry_run(settings(), OtherCurrency)
    assert "201/http-status" in failed(run)
    hints = [note for note in notes(run) if "no order was accepted" in note]
    assert len(hints) == 1
    assert "this organisation has GBP only" in hints[0]
    assert "--organisation" in hints[0]


def test_a_broken_run_gives_no_hint() -> None:
    limited = settings("tenant")
    run = dry_run(limited, Static)
    assert run.conclusion.outcome is Outcome.NOT_CONFORMANT
    assert not any("it seems" in note for note in notes(run))
