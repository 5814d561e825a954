"""What is to be run, and what a run touches."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.deviations import Deviations
from harness.exchange import Exchange, Request
from harness.journal import Sink
from harness.ledger import Ledger
from harness.profiles import Profile
from harness.retries import Transport
from spec.contract import Contract
from spec.requirements import Level
from strategies.credentials import Credentials
from strategies.references import run_prefix

if TYPE_CHECKING:
    from harness.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Settings:
    """What is to be run.

    Attributes:
        contract: what the target must keep.
        profile: how thoroughly.
        credentials: the right ones.
        organisation: the organisation's own value by field.
        seed: makes the random traffic reproducible.
        fail_on: the weakest level whose failures count.
        selection: the pattern that narrowed the requirements, or None.
        selected: the ids of the requirements to be judged, in the contract's order.
        scripts: the names of the scripts that serve them, or None for all.
        target: the base URL; `embedded` tells whether it is a server of our own.
        shown: further settings to be shown in the report, without secrets.
        deviations: what was declared beforehand, or None.
        run: the id of the run.
        prefix: what the references of its orders begin with.

    """

    contract: Contract
    profile: Profile
    credentials: Credentials
    organisation: Mapping[str, str]
    seed: int
    fail_on: Level
    selection: str | None
    selected: tuple[str, ...]
    scripts: frozenset[str] | None
    target: str
    embedded: bool
    shown: Mapping[str, Any]
    deviations: Deviations | None = None
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    prefix: str = field(default_factory=run_prefix)


def drawn(settings: Settings, now: datetime) -> Traffic:
    """Draw the random traffic of a run that begins `now`."""
    # Imported here: a run without random traffic does not need the fuzzer, which is slow to load.
    from harness.traffic import Traffic  # noqa: PLC0415 - see above

    return Traffic.drawn(
        settings.contract,
        settings.organisation,
        settings.prefix,
        settings.credentials,
        settings.seed,
        settings.profile.examples,
        now,
    )


@dataclass(frozen=True)
class Surroundings:
    """What a run touches: the way to the target, record and ledger, the clocks, chance, and who watches."""

    transport: Transport
    headers: Callable[[Request], Mapping[str, str]]
    sink: Sink = lambda _event: None
    ledger: Ledger | None = None
    progress: Callable[[Exchange], None] = lambda _exchange: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    wait: Callable[[Collection[Future[Any]]], object] = wait
    draw: Callable[[Settings, datetime], Traffic] = drawn
