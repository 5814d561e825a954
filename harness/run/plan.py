"""Predict the requests and orders of a run, and what it leaves untested; nothing is sent to the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orders_conformance.harness.run.dry_run import DryRun, dry_run
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.invocation.settings import settings_of
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.reports.text import console_line
from orders_conformance.strategies.scripts.declarations import EDGE_CASES, RANDOM


def numbers(invocation: Invocation) -> dict[str, float]:
    """Return the numbers of requests and orders of a run on a conformant server, and the seconds that it waits.

    Raises:
        InvalidInputError: the invocation is not valid.

    """
    traffic = dry_run(settings_of(invocation)).traffic
    return {
        "requests": traffic["requests"],
        "orders": traffic["orders_created"],
        "seconds": round(traffic["seconds"], 1),
    }


def plan(invocation: Invocation) -> Iterator[str]:
    """Make a dry run on the embedded server in this process, and yield the lines that describe it.

    Raises:
        InvalidInputError: the invocation is not valid.

    """
    settings = settings_of(invocation)
    profile = settings.profile
    yield f"Profile {profile.name}, on a conformant server that accepts what it may accept:"
    whole = dry_run(settings)
    if settings.sends(RANDOM) or settings.sends(EDGE_CASES):
        systematic = dry_run(replace(settings, profile=replace(profile, examples=0)))
        yield f"  {_described(systematic)}, without edge cases and random traffic"
        yield f"  {_described(whole)}, in all (seed {settings.seed})"
    else:
        yield f"  {_described(whole)}"
    if profile.rate:
        yield f"  at least {whole.traffic['seconds']:.0f} s, at {profile.rate:g} requests per second"
    cut = whole.conclusion.outcome is Outcome.BROKEN
    if cut:
        yield console_line(f"  ends early: {whole.conclusion.reason}")
    unlimited = replace(settings, profile=replace(profile, orders=None, requests=None))
    needed = dry_run(unlimited) if cut else whole
    orders = f"--max-orders {needed.most_reserved} or more"
    if cut:
        yield f"  wholly judged with {orders}, and --max-requests {needed.traffic['requests']} or more"
    else:
        yield f"  wholly judged with {orders}: the last orders need one that is free"
    most = (("requests", profile.requests), ("orders", profile.orders), ("wrong logins", profile.wrong_logins))
    limits = [f"{limit} {what}" for what, limit in most if limit is not None]
    yield f"  never more than {' or '.join(limits)}" if limits else "  no limit"
    reasons = {event["requirement"]: event["reason"] for event in whole.events if event["type"] == "untested"}
    untested = [name for name, verdict in whole.conclusion.verdicts.items() if verdict is Verdict.UNTESTED]
    yield f"Left untested: {len(untested)} of {len(whole.conclusion.verdicts)} requirements"
    for name in untested:
        yield console_line(f"  {settings.contract.requirements[name].level:6} {name}: {reasons[name]}")


def _described(run: DryRun) -> str:
    return f"{_cost(run)}, {_wrong_credentials(run)}"


def _cost(run: DryRun) -> str:
    return f"{run.traffic['requests']} requests, {run.traffic['orders_created']} orders"


def _wrong_credentials(run: DryRun) -> str:
    right = {"right", "scheme-case"}
    wrong = sum(event["type"] == "exchange" and event["request"]["credentials"] not in right for event in run.events)
    return f"{wrong} with wrong credentials ({run.conclusion.wrong_logins} of them with the right client key)"
