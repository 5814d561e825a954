"""The dependencies of a run that have effects: transport, record, ledger, clocks and randomness."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.engine.events import Sink
from orders_conformance.harness.engine.progress import Show
from orders_conformance.harness.ledger.writer import LedgerFile
from orders_conformance.harness.messages.exchange import Request

if TYPE_CHECKING:
    from orders_conformance.harness.run.settings import Settings
    from orders_conformance.strategies.generated.traffic import Traffic

_P = ParamSpec("_P")
_R = TypeVar("_R")


def drawn(settings: Settings, now: datetime) -> Traffic:
    """Draw the random traffic of a run that begins at `now`."""
    # Imported here: a run without random traffic does not need Hypothesis, which is slow to import.
    from orders_conformance.strategies.generated.traffic import Traffic  # noqa: PLC0415 - see above

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
class RunEnvironment:
    """The dependencies of a run that have effects; a test replaces them.

    Attributes:
        transport: sends a request to the target once.
        headers: returns the headers of a request as they are sent.
        sink: writes an event into the record.
        written: returns the bytes of the record so far.
        ledger: the ledger; None for none.
        progress: called after each exchange; None where nobody wants to know.
        now: returns the current time.
        clock: returns seconds, monotonic.
        sleep: waits a number of seconds.
        wait: waits for the completion of futures.
        draw: draws the random traffic.
        end_after: lets no request last longer than a number of seconds from now.
        judging: returns the function that judges an exchange as one that an interrupt can end.
        before: called before anything else, outside of the time limit of the run; an interrupt can end it.

    """

    transport: Transport
    headers: Callable[[Request], Mapping[str, str]]
    sink: Sink = lambda _event: None
    written: Callable[[], int] = lambda: 0
    ledger: LedgerFile | None = None
    progress: Show | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    wait: Callable[[Collection[Future[Any]]], object] = wait
    draw: Callable[[Settings, datetime], Traffic] = drawn
    end_after: Callable[[float], None] = lambda _seconds: None
    judging: Callable[[Callable[_P, _R]], Callable[_P, _R]] = lambda judge: judge
    before: Callable[[], object] = lambda: None
