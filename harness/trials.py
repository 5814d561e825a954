"""One trial: the suite against one sibling of the embedded server, in this process or over HTTP.

A run without random traffic has to find every fault; what random traffic adds is not counted, and must not change the
verdicts. No clock is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness.embedded import embedded_service
from harness.framing import SUITE
from harness.profiles import PROFILES
from harness.rehearsal import Occasion, Rehearsal, VirtualTime, rehearse
from harness.run import conduct
from harness.settings import Settings, Surroundings, drawn
from harness.target import Connections
from harness.verdict import Outcome, Verdict
from mock.server import serving
from mock.service import Service
from spec.contract import Contract
from strategies.credentials import Credentials
from strategies.orders import default_organisation

if TYPE_CHECKING:
    from harness.traffic import Traffic

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


def judge(  # noqa: PLR0913 - each may be another
    contract: Contract,
    profile: str,
    kind: type[Service],
    *,
    seed: int = 0,
    fuzzed: bool = False,
    occasion: Occasion | None = None,
) -> Trial:
    """Judge one server.

    Args:
        contract: what it has to keep.
        profile: the name of a profile.
        kind: the server.
        seed: of the random traffic.
        fuzzed: whether to send the profile's random traffic as well.
        occasion: what it has in common with the trials of other servers; another one each time where none is given.

    """
    occasion = occasion or Occasion()
    chosen = PROFILES[profile]
    settings = Settings(
        contract=contract,
        profile=replace(
            chosen, examples=chosen.examples if fuzzed else 0, patience=replace(chosen.patience, timeout=_TIMEOUT)
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
    return _summed_up((_over_http if kind.wire else rehearse)(settings, kind, occasion))


def _over_http(settings: Settings, kind: type[Service], occasion: Occasion) -> Rehearsal:
    """Conduct a run over HTTP with clocks that stand still until somebody sleeps."""
    settings = occasion.furnished(settings)
    service = embedded_service(settings.contract, settings.credentials, kind)
    time = VirtualTime(started=occasion.started)
    service.clock = time.now
    events: list[Mapping[str, Any]] = []
    with serving(service) as url:
        connections = Connections(url, settings.contract.path, settings.profile.patience, SUITE)
        around = Surroundings(
            transport=connections,
            headers=connections.headers,
            sink=events.append,
            now=time.now,
            clock=time.clock,
            sleep=time.sleep,
            draw=occasion.draw,
        )
        conclusion = conduct(replace(settings, target=url), around)
        connections.close()
    service.close()
    return Rehearsal(conclusion, tuple(events))


def _summed_up(run: Rehearsal) -> Trial:
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
