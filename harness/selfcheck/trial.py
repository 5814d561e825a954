"""A trial: a run against one variant of the embedded server, in this process or over HTTP.

A run without random traffic must find every fault; random traffic must not change the verdicts. Clocks are virtual: a
trial does not wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.messages.suite import SUITE
from orders_conformance.harness.run.dry_run import DryRun, SharedConditions, VirtualTime, dry_run
from orders_conformance.harness.run.environment import RunEnvironment, drawn
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.run.run import run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.valid import default_organisation

if TYPE_CHECKING:
    from orders_conformance.strategies.generated.traffic import Traffic

# Seconds to wait for a response; servers that respond at all need a few milliseconds.
_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a run of one profile against one server.

    Attributes:
        failed: the requirements that failed, in the contract's order.
        broken: why the run could not judge, or None.
        found_by: the requirement of the first finding, or None.
        sent: the number of requests sent before the first finding, including retries; None without a finding, and for
            requests sent at once, whose order varies.
        requests: the number of requests of the whole run.
        orders: the number of orders that it created.

    """

    failed: tuple[str, ...]
    broken: str | None
    found_by: str | None
    sent: int | None
    requests: int
    orders: int

    @property
    def found(self) -> bool:
        """Whether the run could judge the server and a requirement failed."""
        return bool(self.failed) and self.broken is None


class Draws:
    """Draws the random traffic once for each seed, for all servers that are judged under the same conditions."""

    def __init__(self) -> None:
        """Start without traffic."""
        self._drawn: dict[int, Traffic] = {}

    def __call__(self, settings: Settings, now: datetime) -> Traffic:
        """Return the random traffic of a run."""
        if settings.seed not in self._drawn:
            self._drawn[settings.seed] = drawn(settings, now)
        return self._drawn[settings.seed]


def run_trial(  # noqa: PLR0913 - each varies between trials
    contract: Contract,
    profile: str,
    kind: type[Service],
    *,
    seed: int = 0,
    fuzzed: bool = False,
    conditions: SharedConditions | None = None,
) -> Trial:
    """Judge one server.

    Args:
        contract: the contract that it is judged by.
        profile: the name of a profile.
        kind: the class of the server.
        seed: the seed of the random traffic.
        fuzzed: whether to send the profile's random traffic and edge cases as well.
        conditions: the conditions that it shares with the trials of other servers; None for its own.

    """
    settings = trial_settings(contract, profile, seed=seed, fuzzed=fuzzed)
    return _trial((_over_http if kind.wire else dry_run)(settings, kind, conditions or SharedConditions()))


def trial_settings(contract: Contract, profile: str, *, seed: int = 0, fuzzed: bool = False) -> Settings:
    """Return the settings of a trial; arguments as for `run_trial`."""
    chosen = PROFILES[profile]
    return Settings(
        contract=contract,
        profile=replace(
            chosen,
            examples=chosen.examples if fuzzed else 0,
            retry_policy=replace(chosen.retry_policy, timeout=_TIMEOUT),
        ),
        credentials=Credentials("", ""),
        organisation=default_organisation(contract),
        seed=seed,
        fail_on="must",
        selection=None,
        selected=tuple(contract.requirements),
        scripts=None,
        target="",
        embedded=True,
        shown={},
    )


def _over_http(settings: Settings, kind: type[Service], conditions: SharedConditions) -> DryRun:
    """Conduct a run over HTTP with virtual clocks."""
    settings = conditions.apply_to(settings)
    service = embedded_service(settings.contract, settings.credentials, kind)
    time = VirtualTime(started=conditions.started)
    service.clock = time.now
    events: list[Mapping[str, Any]] = []
    with serving(service) as url:
        client = HttpClient(url, settings.contract.path, settings.profile.retry_policy, SUITE)
        environment = RunEnvironment(
            transport=client,
            headers=client.headers,
            sink=events.append,
            now=time.now,
            clock=time.clock,
            sleep=time.sleep,
            draw=conditions.draw,
        )
        conclusion = run(replace(settings, target=url), environment)
        client.close()
    service.close()
    return DryRun(conclusion, tuple(events))


def _trial(run: DryRun) -> Trial:
    conclusion = run.conclusion
    found_by, sent = first_finding(run.events)
    return Trial(
        failed=tuple(name for name, verdict in conclusion.verdicts.items() if verdict is Verdict.FAILED),
        broken=(conclusion.reason or "no reason given") if conclusion.outcome is Outcome.BROKEN else None,
        found_by=found_by,
        sent=sent,
        requests=run.traffic["requests"],
        orders=run.traffic["orders_created"],
    )


def first_finding(events: Iterable[Mapping[str, Any]]) -> tuple[str | None, int | None]:
    """Return the requirement of the first finding, and the number of requests sent before it; as in `Trial`."""
    sent = 0
    together: set[str] = set()
    for event in events:
        if event["type"] == "exchange":
            sent += 1 + len(event["attempts"])
            together |= {event["id"]} if event["group"] else set()
        elif event["type"] == "finding":
            return event["requirement"], None if event["exchange"] in together else sent
    return None, None
