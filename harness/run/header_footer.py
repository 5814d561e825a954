"""Make the header and the footer of a record, and the reason why a requirement was not tested."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping
from datetime import datetime
from importlib import metadata
from typing import Any

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.inputs.release import LONGEST
from orders_conformance.harness.messages.suite import SUITE, installed_commit
from orders_conformance.harness.oracle.on_the_wire import ON_THE_WIRE, REASON
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.verdicts.summary import sentence
from orders_conformance.harness.verdicts.verdict import Outcome, RequirementVerdict
from orders_conformance.reports.sentences import sends_no
from orders_conformance.spec import date_time
from orders_conformance.spec.rules import Rule

_WRONG_CREDENTIALS = {
    Rule.CREDENTIALS,
    Rule.UNAUTHORIZED_BEFORE_VALIDATION,
    Rule.UNAUTHORIZED_BEFORE_CONFLICT,
    Rule.UNAUTHORIZED_STORES_NOTHING,
}


def untested(  # noqa: C901 - one reason after the other
    settings: Settings, engine: Engine, identifier: str, stopped: str | None = None
) -> str:
    """Return the reason why a run has no evidence on a requirement.

    Args:
        settings: the settings of the run.
        engine: the engine that performed it.
        identifier: the id of the requirement.
        stopped: the limit that ended the run early; None where it was complete.

    """
    requirement = settings.contract.requirements[identifier]
    profile = settings.profile
    if settings.in_process and requirement.family in ON_THE_WIRE:
        return REASON
    if requirement.family == Rule.DUPLICATE_CONCURRENT and not profile.plan_size.races:
        return sends_no(profile.name, "concurrent duplicates")
    if requirement.family == Rule.CREDENTIALS and requirement.subject[0] not in settings.credentials.variants():
        return "with these credentials there is no such variant"
    if requirement.family == Rule.SCHEMATHESIS_CHECKS and not profile.examples:
        return sends_no(profile.name, "random traffic")
    if requirement.family in _WRONG_CREDENTIALS and engine.sender.blocking.locked:
        return "no more wrong credentials were sent, since the target locks the account or limits such requests"
    if requirement.family == Rule.CREDENTIALS and (reason := _no_wrong_login(engine, requirement.subject[0])):
        return reason
    if stopped is not None:
        return stopped
    narrowed = settings.scripts is not None
    cause = engine.evaluation.tally.counts[identifier].follows_from
    if cause is not None:
        return f"follows from {cause}, which failed"
    status = next((part for part in requirement.subject[:1] if part.isdigit()), None)
    if status is not None:
        return f"there was no response {status} that concerns it"
    if any(
        engine.evaluation.tally.is_broken((rule,)) for rule in (Rule.DUPLICATE, Rule.ACCEPTED, Rule.RIGHT_CREDENTIALS)
    ):
        where = "run all requirements to see which" if narrowed else "see the other requirements"
        return f"a requirement that it depends on failed: {where}"
    if requirement.level == "info":
        sender = "this narrowed run" if narrowed else f"the profile {profile.name}"
        return f"{sender} sends nothing that tests it"
    return "no response concerns it"


def _no_wrong_login(engine: Engine, variant: str) -> str | None:
    """Return why no more wrong logins were sent; None if there is no limit of them, or the variant is none."""
    logins, classifier = engine.sender.budget.wrong_logins, engine.evaluation.oracle.credentials
    if not classifier.is_wrong_login(engine.sender.credentials.header(variant)):
        return None
    if logins.shows_lock:
        return "no more wrong tokens were sent, since a response was a sign that the target locks the account"
    if not logins.refused:
        return None
    return (
        f"only {logins.limit} requests with the right client key and a wrong token were allowed: allow more with "
        "--max-wrong-logins"
    )


def header(settings: Settings, engine: Engine, started: datetime) -> Mapping[str, Any]:
    """Return the first event of a record: settings, contract, target, and every requirement that is judged."""
    contract = settings.contract
    chosen = [contract.requirements[identifier] for identifier in settings.selected]
    return {
        "type": "header",
        "record_version": 2,
        "run": settings.run,
        "started_at": date_time.precise(started),
        **({"release": engine.evaluation.event_writer.hide(settings.release)[:LONGEST]} if settings.release else {}),
        "seed": settings.seed,
        "profile": settings.profile.name,
        "selection": settings.selection,
        "fail_on": settings.fail_on,
        "contract": {
            "title": contract.title,
            "version": contract.version,
            "digest": contract.digest,
            "source": contract.extension.source,
        },
        **({"page": settings.quotes.digest} if settings.quotes else {}),
        "target": {"url": settings.target, "embedded": settings.embedded},
        "suite": _suite(),
        "settings": {**settings.organisation, **settings.shown, "python": platform.python_version()},
        "deviations": settings.deviations and settings.deviations.recorded(engine.evaluation.event_writer.hide),
        "without": list(settings.without),
        "reference_prefix": engine.orders.prefix,
        "requirements": [
            {
                "id": one.id,
                "level": one.level,
                "sentence": one.sentence,
                "source": one.source,
                "sources": [each.as_json() for each in one.sources],
                **({"formerly": one.formerly} if one.formerly else {}),
                **({"needs": list(one.needs)} if one.needs else {}),
            }
            for one in chosen
        ],
    }


def _suite() -> Mapping[str, Any]:
    commit = installed_commit()
    return {"name": SUITE, "version": metadata.version(SUITE), **({"commit": commit} if commit else {})}


def footer(  # noqa: PLR0913, PLR0917 - each is a part of the footer
    settings: Settings,
    engine: Engine,
    ended: datetime,
    result: Outcome,
    reason: str | None,
    judged: Collection[RequirementVerdict],
    *,
    complete: bool,
) -> Mapping[str, Any]:
    """Return the last event of a record: the outcome of the run, and its numbers of requests and orders."""
    seconds, budget = round(engine.sender.elapsed, 3), engine.sender.budget
    perhaps = f" and perhaps {budget.possible} more" if budget.possible else ""
    return {
        "type": "footer",
        "ended_at": date_time.precise(ended),
        "seconds": seconds,
        "outcome": result.value,
        "reason": reason,
        "summary": sentence(
            result, judged, settings.fail_on, f"{budget.requests} requests created {budget.orders} orders{perhaps}"
        ),
        "traffic": {
            "requests": budget.requests,
            "orders_created": budget.orders,
            "orders_possible": budget.possible,
            "retries": engine.sender.retries,
            "seconds": seconds,
        },
        "complete": complete,
    }
