"""Predict the requests and orders of a run, and what it leaves untested; nothing is sent to the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.invocation.settings import settings_of
from orders_conformance.harness.verdicts.verdict import Verdict
from orders_conformance.strategies.scripts.declarations import EDGE_CASES, RANDOM


def plan(invocation: Invocation) -> Iterator[str]:
    """Make a dry run on the embedded server in this process, and yield the lines that describe it.

    Raises:
        InvalidInputError: the invocation is not valid.

    """
    settings = settings_of(invocation)
    profile = settings.profile
    systematic = dry_run(replace(settings, profile=replace(profile, examples=0)))
    yield f"Profile {profile.name}, on a conformant server that accepts what it may accept:"
    random = settings.sends(RANDOM) or settings.sends(EDGE_CASES)
    before = ", without edge cases and random traffic" if random else ""
    yield f"  {_cost(systematic)}, {_wrong_credentials(systematic)}{before}"
    if random:
        whole = dry_run(settings)
        yield f"  {_cost(whole)}, {_wrong_credentials(whole)}, in all (seed {settings.seed})"
    most = (("requests", profile.requests), ("orders", profile.orders), ("wrong logins", profile.wrong_logins))
    limits = [f"{limit} {what}" for what, limit in most if limit is not None]
    last = whole if random else systematic
    yield f"  wholly judged with --max-orders {last.most_reserved} or more: the last orders need one that is free"
    yield f"  never more than {' or '.join(limits)}" if limits else "  no limit"
    reasons = {event["requirement"]: event["reason"] for event in systematic.events if event["type"] == "untested"}
    untested = [name for name, verdict in systematic.conclusion.verdicts.items() if verdict is Verdict.UNTESTED]
    yield f"Left untested: {len(untested)} of {len(systematic.conclusion.verdicts)} requirements"
    yield from (f"  {settings.contract.requirements[name].level:6} {name}: {reasons[name]}" for name in untested)


def _cost(run: DryRun) -> str:
    return f"{run.traffic['requests']} requests, {run.traffic['orders_created']} orders"


def _wrong_credentials(run: DryRun) -> str:
    right = {"right", "scheme-case"}
    wrong = sum(event["type"] == "exchange" and event["request"]["credentials"] not in right for event in run.events)
    return f"{wrong} with wrong credentials ({run.conclusion.wrong_logins} of them with the right client key)"
