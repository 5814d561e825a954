"""Telling beforehand what a run will cost and what it will leave untested; nothing is sent to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.run.invocation import Invocation, settings_of
from orders_conformance.harness.verdicts.verdict import Verdict
from orders_conformance.strategies.scripts.declarations import EDGE_CASES, RANDOM


def plan(asked: Invocation) -> Iterator[str]:
    """Rehearse a run on the embedded server in this process and describe it, line by line.

    Raises:
        InvalidInputError: what was asked for cannot be done.

    """
    settings = settings_of(asked)
    profile = settings.profile
    systematic = dry_run(replace(settings, profile=replace(profile, examples=0)))
    yield f"Profile {profile.name}, on a conformant server that takes what it may take:"
    random = settings.sends(RANDOM) or settings.sends(EDGE_CASES)
    before = ", before what is rare and what is random" if random else ""
    yield f"  {_cost(systematic)}, {_wrong(systematic)} with wrong credentials{before}"
    if random:
        whole = dry_run(settings)
        yield f"  {_cost(whole)}, {_wrong(whole)} with wrong credentials, in all (seed {settings.seed})"
    limits = [
        f"{limit} {what}" for what, limit in (("requests", profile.requests), ("orders", profile.orders)) if limit
    ]
    yield f"  never more than {' or '.join(limits)}" if limits else "  no limit"
    reasons = {event["requirement"]: event["reason"] for event in systematic.events if event["type"] == "untested"}
    untested = [name for name, verdict in systematic.conclusion.verdicts.items() if verdict is Verdict.UNTESTED]
    yield f"Left untested: {len(untested)} of {len(systematic.conclusion.verdicts)} requirements"
    yield from (f"  {settings.contract.requirements[name].level:6} {name}: {reasons[name]}" for name in untested)


def _cost(rehearsal: DryRun) -> str:
    return f"{rehearsal.traffic['requests']} requests, {rehearsal.traffic['orders_created']} orders"


def _wrong(rehearsal: DryRun) -> int:
    right = {"right", "scheme-case"}
    return sum(
        event["type"] == "exchange" and event["request"]["credentials"] not in right for event in rehearsal.events
    )
