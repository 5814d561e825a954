"""One trial: the suite against one sibling of the embedded server, in this process or over HTTP.

A run without random traffic has to find every fault; what random traffic adds is not counted, and must not change the
verdicts. No clock is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.harness.run.dry_run import DryRun, SharedConditions, VirtualTime, dry_run
from orders_conformance.harness.run.environment import RunEnvironment, drawn
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.harness.run.run import run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.suite import SUITE
from orders_conformance.harness.verdicts.verdict import Outcome, Verdict
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.valid import default_organisation

if TYPE_CHECKING:
    from orders_conformance.strategies.generated.traffic import Traffic

# Seconds until a server that never answers is given up; the others answer within a few milliseconds.
_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run of one profile made of one server.

    Attributes:
        failed: the requirements that failed, in the contract's order.
        broken: why the run could not judge, or None.
        found_by: the requirement that was found broken first, or None.
        sent: requests that had been sent when it was found, tries that did not count included; None where nothing was
            found, and where it took several requests at once, whose turn is not the same each time.
        requests: requests of the whole run; `orders` likewise the orders that it created.

    """

    failed: tuple[str, ...]
    broken: str | None
    found_by: str | None
    sent: int | None
    requests: int
    orders: int

    @property
    def found(self) -> bool:
        """Whether the run saw that something is wrong with the server."""
        return bool(self.failed) and self.broken is None


class Draws:
    """Draws the random traffic of a seed once, for every server that is judged on one occasion."""

    def __init__(self) -> None:
        """Begin with nothing drawn."""
        self._drawn: dict[int, Traffic] = {}

    def __call__(self, settings: Settings, now: datetime) -> Traffic:
        """Give the traffic of a run."""
        if settings.seed not in self._drawn:
            self._drawn[settings.seed] = drawn(settings, now)
        return self._drawn[settings.seed]


def run_trial(  # noqa: PLR0913 - each may be another
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
        contract: what it has to keep.
        profile: the name of a profile.
        kind: the server.
        seed: of the random traffic.
        fuzzed: whether to send the profile's random traffic as well.
        conditions: what it has in common with the trials of other servers; another one each time where none is given.

    """
    conditions = conditions or SharedConditions()
    chosen = PROFILES[profile]
    settings = Settings(
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
    return _summed_up((_over_http if kind.wire else dry_run)(settings, kind, conditions))


def _over_http(settings: Settings, kind: type[Service], conditions: SharedConditions) -> DryRun:
    """Conduct a run over HTTP with clocks that stand still until somebody sleeps."""
    settings = conditions.apply_to(settings)
    service = embedded_service(settings.contract, settings.credentials, kind)
    time = VirtualTime(started=conditions.started)
    service.clock = time.now
    events: list[Mapping[str, Any]] = []
    with serving(service) as url:
        connections = HttpClient(url, settings.contract.path, settings.profile.retry_policy, SUITE)
        environment = RunEnvironment(
            transport=connections,
            headers=connections.headers,
            sink=events.append,
            now=time.now,
            clock=time.clock,
            sleep=time.sleep,
            draw=conditions.draw,
        )
        conclusion = run(replace(settings, target=url), environment)
        connections.close()
    service.close()
    return DryRun(conclusion, tuple(events))


def _summed_up(run: DryRun) -> Trial:
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
    """Tell which requirement was found broken first, and how many requests had been sent by then."""
    sent = 0
    together: set[str] = set()
    for event in events:
        if event["type"] == "exchange":
            sent += 1 + len(event["attempts"])
            together |= {event["id"]} if event["group"] else set()
        elif event["type"] == "finding":
            return event["requirement"], None if event["exchange"] in together else sent
    return None, None
