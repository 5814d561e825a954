"""Whole runs: the embedded server is never blamed, and a server with one fault is blamed for that fault alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from orders_conformance.harness.run.dry_run import dry_run
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import FieldProblem, Rejection, ServerRequest, ServerResponse, Service
from orders_conformance.mock.service import Result as Answer
from orders_conformance.strategies.scripts.declarations import serving
from tests.support.runs import CONTRACT, blamed, failed, settings
from tests.support.samples import sampled

pytestmark = pytest.mark.slow  # about 40 s of CPU: some eighty whole runs, half of them with random traffic


def scripts_for(selected: tuple[str, ...]) -> frozenset[str]:
    """Name the scripts of a run that is narrowed to some requirements."""
    return serving((CONTRACT.requirements[name] for name in selected), CONTRACT.statuses)


@pytest.mark.parametrize("seed", sampled(range(20), 4))
@pytest.mark.parametrize("profile", ["ci", "tenant"])
def test_the_embedded_server_is_never_blamed(profile: str, seed: int) -> None:
    run = dry_run(settings(profile, seed=seed, examples=None))
    assert failed(run) == set()
    assert run.conclusion.outcome is (Outcome.CONFORMANT if profile == "ci" else Outcome.PARTIAL), run.conclusion.reason


def test_a_run_in_profile_tenant_stays_within_its_budget() -> None:
    chosen = settings("tenant").profile
    traffic = dry_run(settings("tenant")).traffic
    assert traffic["requests"] <= (chosen.requests or 0)
    assert traffic["orders_created"] <= (chosen.orders or 0)


def test_a_narrowed_run_gives_verdicts_on_what_was_selected_only() -> None:
    selected = tuple(name for name in CONTRACT.requirements if "/409/" in name)
    conclusion = dry_run(settings(selected=selected, selection="409")).conclusion
    assert (tuple(conclusion.verdicts), conclusion.outcome) == (selected, Outcome.PARTIAL)


def test_a_run_that_was_narrowed_to_something_else_does_not_see_a_fault() -> None:
    selected = tuple(name for name in CONTRACT.requirements if "/409/" in name)
    assert failed(dry_run(settings(selected=selected, selection="409"), TakesAnyType)) == set()


@pytest.mark.parametrize("pattern", ["201/price/echo", "409/reference-case-and-spaces", "request/body/empty"])
def test_a_narrowed_run_shows_what_it_was_narrowed_to(pattern: str) -> None:
    selected = tuple(name for name in CONTRACT.requirements if pattern in name)
    scripts = scripts_for(selected)
    narrowed = dry_run(settings(selected=selected, selection=pattern, scripts=scripts))
    assert set(narrowed.conclusion.verdicts.values()) <= {Verdict.PASSED, Verdict.OBSERVED}


def test_a_narrowed_run_finds_what_a_whole_one_finds() -> None:
    selected = ("create/201/price/echo",)
    scripts = scripts_for(selected)
    assert failed(dry_run(settings(selected=selected, selection="price/echo", scripts=scripts), RoundsAmounts)) == {
        "201/price/echo"
    }


class TakesAnyType(Service):
    """Takes any text as an amount, namely as 0."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        return {**order, "price": 0} if isinstance(order.get("price"), str) else order


class DefaultsTheCurrency(Service):
    """Fills in the currency where there is none."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        return {"currencyCode": "EUR", **super().normalise(order)}


class TakesAnyStatus(Service):
    """Takes every status that is a text, and puts one that is not documented down as unknown."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        order = super().normalise(order)
        given = order.get("status")
        strange = isinstance(given, str) and given not in self.contract.fields["status"].enum
        return {**order, "status": "UNKNOWN"} if strange else order


class AnswersUnprocessable(Service):
    """Answers 422 to an invalid order."""

    def respond(self, outcome: Answer, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().respond(outcome, body, request)
        return replace(response, status=422) if outcome == "rejected" else response


class IgnoresTheCaseOfTheToken(Service):
    """Takes the API token in letters of any case."""

    def credentials_match(self, user: str, password: str) -> bool:
        return self.same_text(user, self.client_key) and self.same_text(password.lower(), self.api_token.lower())


class GivesNoChallenge(Service):
    """Leaves out the challenge of an answer 401."""

    def headers(self, outcome: Answer) -> Headers:
        return tuple(pair for pair in super().headers(outcome) if pair[0] != "WWW-Authenticate")


class CreatesTwice(Service):
    """Creates the same order again and again."""

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        super().store(order, record, request)
        return True


class RoundsAmounts(Service):
    """Answers amounts without cents."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        return {**super().created(order, request), "price": int(order["price"])}


class LinksElsewhere(Service):
    """Answers a link to something else than the order."""

    def link(self, ref: str, request: ServerRequest) -> str:
        return f"{super().link(ref, request)}/details"


class AnswersHtml(Service):
    """Says that its answer to a repeat is HTML."""

    def headers(self, outcome: Answer) -> Headers:
        return (("Content-Type", "text/html"),) if outcome == "conflict" else super().headers(outcome)


class ForgetsTheConsumers(Service):
    """Leaves a documented field out of the answer to a new order."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        record = super().created(order, request)
        del record["consumers"]
        return record


class KeepsTheReason(Service):
    """Does not say which field is wrong."""

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return f"The order is invalid in {len(problems)} ways."


class ShowsItsInsides(Service):
    """Puts a stack trace into the answer to a body that cannot be read."""

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        try:
            return super().decode(request)
        except Rejection as rejection:
            trace = 'Traceback (most recent call last): File "orders.py", line 3, in decode'
            raise Rejection(rejection.outcome, rejection.message, trace) from rejection


class BreaksDownOnText(Service):
    """Answers 500 to a body that is said to be something else than JSON."""

    def accepts_media_type(self, request: ServerRequest) -> bool:
        if (request.header("Content-Type") or "").startswith("text/"):
            raise _BreakdownError
        return super().accepts_media_type(request)

    def handle(self, request: ServerRequest) -> ServerResponse:
        try:
            return super().handle(request)
        except _BreakdownError:
            return ServerResponse(500, self.headers("rejected"), b"{}")


class _BreakdownError(Exception):
    pass


@pytest.mark.parametrize("profile", ["ci", "tenant"])
@pytest.mark.parametrize(
    ("kind", "requirement"),
    [
        (TakesAnyType, "request/price/type"),
        (DefaultsTheCurrency, "request/currencyCode/required"),
        (TakesAnyStatus, "request/status/enum"),
        (AnswersUnprocessable, "400/http-status"),
        (IgnoresTheCaseOfTheToken, "request/credentials/password-case"),
        (GivesNoChallenge, "401/www-authenticate"),
        (CreatesTwice, "409/duplicate"),
        (RoundsAmounts, "201/price/echo"),
        (LinksElsewhere, "201/href/ref"),
        (AnswersHtml, "409/media-type"),
        (ForgetsTheConsumers, "201/consumers/present"),
        (KeepsTheReason, "400/message/names-field"),
        (ShowsItsInsides, "any/no-stack-trace"),
        (BreaksDownOnText, "any/no-5xx"),
    ],
)
def test_a_fault_is_found_by_exactly_the_requirement_that_it_breaks(
    kind: type[Service], requirement: str, profile: str
) -> None:
    assert blamed(kind, profile) == {requirement}
