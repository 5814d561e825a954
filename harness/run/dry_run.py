"""Rehearsing a run on the embedded server in this process: nothing goes over any network, and no time passes.

It tells how many requests and orders a run will need, and what it will leave untested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orders_conformance.harness.client.in_process import InProcessTransport, embedded_service, random_credentials
from orders_conformance.harness.run.environment import RunEnvironment, drawn
from orders_conformance.harness.run.run import Conclusion, run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.mock.service import Service
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.references import run_prefix

if TYPE_CHECKING:
    from orders_conformance.strategies.generated.traffic import Traffic


@dataclass
class VirtualTime:
    """Clocks that stand still until somebody sleeps."""

    passed: float = 0.0
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        """Tell the time of day."""
        return self.started + timedelta(seconds=self.passed)

    def clock(self) -> float:
        """Tell the seconds that have passed."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds


@dataclass(frozen=True)
class SharedConditions:
    """What rehearsals may have in common.

    Attributes:
        credentials: the right ones.
        prefix: what the references begin with.
        started: the time of day when each of them begins.
        draw: gives the random traffic.

    """

    credentials: Credentials = field(default_factory=random_credentials)
    prefix: str = field(default_factory=run_prefix)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    draw: Callable[[Settings, datetime], Traffic] = drawn

    def apply_to(self, settings: Settings) -> Settings:
        """Put credentials and references into the settings of a run."""
        return replace(settings, credentials=self.credentials, prefix=self.prefix, embedded=True)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a rehearsed run came to, with its events as they would stand in the record."""

    conclusion: Conclusion
    events: tuple[Mapping[str, Any], ...]

    @property
    def traffic(self) -> Mapping[str, int]:
        """The requests sent and the orders created."""
        traffic: Mapping[str, int] = self.events[-1]["traffic"]
        return traffic


def dry_run(settings: Settings, kind: type[Service] = Service, conditions: SharedConditions | None = None) -> DryRun:
    """Conduct a run on a server in this process.

    Args:
        settings: what is to be run; credentials, target and clocks are the rehearsal's own.
        kind: which server to rehearse with.
        conditions: what it has in common with others.

    """
    conditions = conditions or SharedConditions()
    settings = replace(conditions.apply_to(settings), target="http://127.0.0.1")
    service = embedded_service(settings.contract, settings.credentials, kind)
    time = VirtualTime(started=conditions.started)
    service.clock = time.now
    events: list[Mapping[str, Any]] = []
    transport = InProcessTransport(service, settings.contract.path)
    environment = RunEnvironment(
        transport=transport,
        headers=lambda _request: {},
        sink=events.append,
        now=time.now,
        clock=time.clock,
        sleep=time.sleep,
        draw=conditions.draw,
    )
    try:
        conclusion = run(settings, environment)
    finally:
        service.close()
    return DryRun(conclusion, tuple(events))
