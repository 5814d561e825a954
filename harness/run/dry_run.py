"""Dry runs: a run against the embedded server in this process, without a network and without waiting.

A dry run shows how many requests and orders a run needs, and which requirements it leaves untested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orders_conformance.harness.client.in_process import (
    InProcessTransport,
    embedded_service,
    random_credentials,
    sent_headers,
)
from orders_conformance.harness.messages.exchange import Request
from orders_conformance.harness.run.conclusion import Conclusion
from orders_conformance.harness.run.environment import RunEnvironment, drawn
from orders_conformance.harness.run.run import run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.mock.service import Service
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.references import run_prefix

if TYPE_CHECKING:
    from orders_conformance.strategies.generated.traffic import Traffic


@dataclass
class VirtualTime:
    """Clocks that advance only by `sleep`; `passed` is in seconds."""

    passed: float = 0.0
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        """Return the current time."""
        return self.started + timedelta(seconds=self.passed)

    def clock(self) -> float:
        """Return the seconds that have passed."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Advance the clocks by `seconds`."""
        self.passed += seconds


@dataclass(frozen=True)
class SharedConditions:
    """The conditions that several dry runs share.

    Attributes:
        credentials: the right credentials.
        prefix: the text that the references begin with.
        started: the time at which each of them begins.
        draw: draws the random traffic.

    """

    credentials: Credentials = field(default_factory=random_credentials)
    prefix: str = field(default_factory=run_prefix)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    draw: Callable[[Settings, datetime], Traffic] = drawn

    def apply_to(self, settings: Settings) -> Settings:
        """Return settings with these credentials and this prefix, for an embedded server."""
        return replace(settings, credentials=self.credentials, prefix=self.prefix, embedded=True)


@dataclass(frozen=True, slots=True)
class DryRun:
    """The result of a dry run: its conclusion, and its events as a record would have them."""

    conclusion: Conclusion
    events: tuple[Mapping[str, Any], ...]

    @property
    def most_reserved(self) -> int:
        """The most orders that existed, may have existed or were reserved at one time."""
        return self.conclusion.most_reserved

    @property
    def traffic(self) -> Mapping[str, int]:
        """The numbers of requests sent and orders created, as in the footer of a record."""
        traffic: Mapping[str, int] = self.events[-1]["traffic"]
        return traffic


def _headers(request: Request) -> Mapping[str, str]:
    """Return the header of a request that says what its body is; the credentials are recorded by their kind."""
    return {} if request.content_type is None else {"Content-Type": request.content_type}


def dry_run(settings: Settings, kind: type[Service] = Service, conditions: SharedConditions | None = None) -> DryRun:
    """Conduct a run against a server in this process.

    Args:
        settings: the settings of the run; credentials, prefix and target are replaced.
        kind: the embedded server or a variant of it.
        conditions: the conditions that it shares with other dry runs; None for its own.

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
        headers=sent_headers,
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
