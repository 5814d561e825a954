"""Rehearsing a run on the embedded server in this process: nothing goes over any network, and no time passes.

It tells how many requests and orders a run will need, what it will leave untested, and which scripts serve which
requirements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.embedded import InProcess, embedded_service, random_credentials
from harness.run import Conclusion, Settings, Surroundings, conduct
from mock.service import Service


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


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsed run came to, with its events as they would stand in the record."""

    conclusion: Conclusion
    events: tuple[Mapping[str, Any], ...]

    @property
    def traffic(self) -> Mapping[str, int]:
        """The requests sent and the orders created."""
        traffic: Mapping[str, int] = self.events[-1]["traffic"]
        return traffic


def rehearse(settings: Settings, kind: type[Service] = Service) -> Rehearsal:
    """Conduct a run on a server in this process.

    Args:
        settings: what is to be run; credentials, target and clocks are the rehearsal's own.
        kind: which server to rehearse with.

    """
    credentials = random_credentials()
    settings = replace(settings, credentials=credentials, target="http://127.0.0.1", embedded=True)
    service = embedded_service(settings.contract, credentials, kind)
    time = VirtualTime()
    service.clock = time.now
    events: list[Mapping[str, Any]] = []
    transport = InProcess(service, settings.contract.path)
    around = Surroundings(
        transport=transport,
        headers=lambda _request: {},
        sink=events.append,
        now=time.now,
        clock=time.clock,
        sleep=time.sleep,
    )
    try:
        conclusion = conduct(settings, around)
    finally:
        service.close()
    return Rehearsal(conclusion, tuple(events))


def serving_scripts(settings: Settings, names: Mapping[str, Callable[..., object]]) -> frozenset[str]:
    """Find the scripts that show all that can be shown of the selected requirements; in order, only where they add."""
    missing = set(settings.selected)
    chosen: set[str] = set()
    for name in names:
        if not missing:
            break
        alone = rehearse(replace(settings, scripts=frozenset({name})))
        shown = {
            identifier for event in alone.events if event["type"] == "exchange" for identifier in event["bears_on"]
        }
        if missing & shown:
            chosen.add(name)
            missing -= shown
    return frozenset(chosen)
