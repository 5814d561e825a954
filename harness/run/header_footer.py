"""The first and the last words of a record, and why a requirement was not tested."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping
from datetime import datetime
from importlib import metadata
from typing import Any

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.suite import SUITE, installed_commit
from orders_conformance.harness.verdicts.summary import sentence
from orders_conformance.harness.verdicts.verdict import Outcome, RequirementVerdict
from orders_conformance.spec import date_time
from orders_conformance.spec.rules import Rule


def untested(settings: Settings, engine: Engine, identifier: str) -> str:
    """Say why nothing was shown of a requirement in a run that came to its end."""
    requirement = settings.contract.requirements[identifier]
    profile = settings.profile
    if requirement.family == Rule.DUPLICATE_CONCURRENT and not profile.plan_size.races:
        return f"the profile {profile.name} sends one request at a time"
    if requirement.family == Rule.CREDENTIALS and requirement.subject[0] not in settings.credentials.variants():
        return "with these credentials there is no such variant"
    if requirement.family == Rule.SCHEMATHESIS_CHECKS and not profile.examples:
        return f"the profile {profile.name} sends no random traffic"
    narrowed = settings.scripts is not None
    status = next((part for part in requirement.subject[:1] if part.isdigit()), None)
    if status is not None:
        return f"no answer {status} that bears on it came"
    if any(
        engine.evaluation.tally.is_broken((rule,)) for rule in (Rule.DUPLICATE, Rule.ACCEPTED, Rule.RIGHT_CREDENTIALS)
    ):
        where = "a run of all requirements shows what" if narrowed else "see the other requirements"
        return f"what had to come first failed: {where}"
    if requirement.level == "info":
        sender = "this narrowed run" if narrowed else f"the profile {profile.name}"
        return f"{sender} sends nothing that shows it"
    return "nothing that was answered bears on it"


def header(settings: Settings, engine: Engine, started: datetime) -> Mapping[str, Any]:
    """Make the event that a record begins with: what is run against whom, and every requirement that is judged."""
    contract = settings.contract
    chosen = [contract.requirements[identifier] for identifier in settings.selected]
    return {
        "type": "header",
        "record_version": 1,
        "run": settings.run,
        "started_at": date_time.precise(started),
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
        "target": {"url": settings.target, "embedded": settings.embedded},
        "suite": _suite(),
        "settings": {**settings.organisation, **settings.shown, "python": platform.python_version()},
        "deviations": settings.deviations and settings.deviations.recorded(engine.evaluation.event_writer.hide),
        "reference_prefix": engine.orders.prefix,
        "requirements": [
            {
                "id": one.id,
                "level": one.level,
                "sentence": one.sentence,
                "source": one.source,
                **({"formerly": one.formerly} if one.formerly else {}),
            }
            for one in chosen
        ],
    }


def _suite() -> Mapping[str, Any]:
    commit = installed_commit()
    return {"name": SUITE, "version": metadata.version(SUITE), **({"commit": commit} if commit else {})}


def footer(  # noqa: PLR0913, PLR0917 - what a footer is made of
    settings: Settings,
    engine: Engine,
    ended: datetime,
    result: Outcome,
    reason: str | None,
    judged: Collection[RequirementVerdict],
) -> Mapping[str, Any]:
    """Make the event that a record ends with: what the run came to, and what it cost."""
    seconds, cost = round(engine.sender.elapsed, 3), engine.sender.budget
    perhaps = f" and perhaps {cost.possible} more" if cost.possible else ""
    return {
        "type": "footer",
        "ended_at": date_time.precise(ended),
        "seconds": seconds,
        "outcome": result.value,
        "reason": reason,
        "summary": sentence(
            result, judged, settings.fail_on, f"{cost.requests} requests created {cost.orders} orders{perhaps}"
        ),
        "traffic": {
            "requests": cost.requests,
            "orders_created": cost.orders,
            "orders_possible": cost.possible,
            "retries": engine.sender.retries,
            "seconds": seconds,
        },
    }
