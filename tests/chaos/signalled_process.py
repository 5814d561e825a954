"""A run in a process of its own that gets a signal when the server sees a given request."""

from __future__ import annotations

import os
import random
import subprocess
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Self

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.server import serving
from orders_conformance.spec.contract import Contract
from tests.chaos.artefacts import ObservableService, files_with_secrets, missing_from_ledger
from tests.chaos.proxied_run import CREDENTIALS
from tests.support.command import program

# Seconds that a process may take; it sends up to six hundred requests.
_LONGEST = 60.0
_CONTRACT = Contract.load()


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """What a process runs, and when it gets its signal: when the server sees this request, before or after it acts."""

    options: tuple[str, ...]
    request: int
    before: bool

    @classmethod
    def drawn(cls, seed: int) -> Self:
        """Draw a plan: mostly whole sparing runs, and some with requests at once and random traffic."""
        dice = random.Random(f"signal {seed}")  # noqa: S311 - a seed that repeats the run, and no secret
        options, requests = _RUNS[seed % len(_RUNS)]
        return cls(options, dice.randrange(1, requests), dice.random() < 0.5)


_SPARING = (("--profile", "tenant", "--rate", "0"), 195)
_RACES = (("--profile", "ci", "-k", "concurrent"), 21)
_WHOLE = (("--profile", "ci", "--seed", "1"), 600)
_RUNS = (_SPARING, _SPARING, _RACES, _SPARING, _WHOLE)


class SignallingService(ObservableService):
    """The embedded server, which sends a signal to its client when it sees a given request."""

    plan: SignalPlan
    signal: Signals
    client: Future[subprocess.Popen[bytes]]

    def set_up(self) -> None:
        """Begin with nothing asked."""
        super().set_up()
        self.asked = 0
        self.signalled_at = float("nan")
        self._counting = threading.Lock()

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Respond to a request."""
        with self._counting:
            self.asked += 1
            due = self.asked == self.plan.request
        if due and self.plan.before:
            self._send_signal()
        response = super().handle(request)
        if due and not self.plan.before:
            self._send_signal()
        return response

    def _send_signal(self) -> None:
        self.signalled_at = time.monotonic()
        self.client.result().send_signal(self.signal)


@dataclass(frozen=True, slots=True)
class EndedProcess:
    """A process that has ended, and what it left.

    Attributes:
        signal: the signal that it got.
        status: its exit status, negative for a signal that ended it at once.
        output: what it wrote to standard output and standard error.
        folder: where record, ledger and reports are.
        asked: requests that the server saw; `held` orders that it holds; `unaccounted` those that the ledger does not
            know.
        leaks: the names of the files that hold a secret.
        seconds: from the signal to the end of the process.

    """

    plan: SignalPlan
    signal: Signals
    status: int
    output: bytes
    folder: Path
    asked: int
    held: int
    unaccounted: int
    leaks: tuple[str, ...]
    seconds: float


def run_until(
    signal: Signals, plan: SignalPlan, folder: Path, kind: type[SignallingService] = SignallingService
) -> EndedProcess:
    """Run a process that gets a signal in the middle.

    Raises:
        subprocess.TimeoutExpired: it does not end.

    """
    service = embedded_service(_CONTRACT, CREDENTIALS, kind)
    assert isinstance(service, SignallingService)
    service.plan, service.signal, service.client = plan, signal, Future()
    with serving(service) as url:
        command = [program(), "run", "--target", url, "--report-dir", str(folder), *plan.options]
        with subprocess.Popen(  # noqa: S603 - a program of our own
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment()
        ) as process:
            service.client.set_result(process)
            try:
                output, _ = process.communicate(timeout=_LONGEST)
                ended = time.monotonic()
            finally:
                process.kill()
    service.close()
    (folder / "output.txt").write_bytes(output)
    return EndedProcess(
        plan=plan,
        signal=signal,
        status=process.returncode,
        output=output,
        folder=folder,
        asked=service.asked,
        held=len(service.held),
        unaccounted=len(missing_from_ledger(folder / "ledger.jsonl", service)),
        leaks=tuple(files_with_secrets(folder.iterdir(), CREDENTIALS)),
        seconds=ended - service.signalled_at,
    )


def _environment() -> Mapping[str, str]:
    names = {"ORDERS_CLIENT_KEY": CREDENTIALS.client_key, "ORDERS_API_TOKEN": CREDENTIALS.api_token}
    return {**os.environ, **names}
