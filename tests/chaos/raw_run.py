"""One run against a server whose responses are bytes drawn by a seed: its outcome, its files, its times, its memory."""

from __future__ import annotations

import random
import re
import threading
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.ledger.opening import open_ledger
from orders_conformance.harness.ledger.reader import read_ledger
from orders_conformance.harness.ledger.reconcile import reconcile
from orders_conformance.harness.run.dry_run import VirtualTime
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.invocation.execute import run_and_report
from orders_conformance.harness.run.run import run
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.verification.folder import verify
from orders_conformance.mock.service import ServerRequest, ServerResponse
from orders_conformance.reports.manifest import LEDGER, RECORD
from orders_conformance.reports.record.writer import Writer
from tests.chaos.artefacts import ObservableService, missing_from_ledger, observable_service
from tests.support.raw_responses import mutated, noise, written
from tests.support.runs import CONTRACT, CREDENTIALS, settings
from tests.support.servers import Answer, Seen, listening
from tests.support.spoiling_server import spoiled
from tests.support.timing import judging_times

# How many responses are changed as bytes, from a few to all of them, and how many of those are noise; of the others, so
# many are whole, with a part of the message spoiled.
_CHANCES, _NOISE, _SPOILED = (0.1, 0.3, 0.5, 0.2, 1.0), 0.08, 0.8
# How often a connection stays open after such bytes, in a run that has all of them.
_KEPT = 0.03
# Every so many runs have so many random requests, which makes a record of a thousand exchanges; of the others, a part
# has the profile `ci`.
_EVERY, _MANY, _IN_CI = 10, 700, 0.7
# Seconds until a response is given up, which the server's silence costs each time.
_TIMEOUT = 0.25
# A status that rejects a request, in whatever is left of a status line.
_REJECTION = re.compile(rb"\b[4-9]\d\d\b")
# What Linux tells of this process.
_PROCESS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class RawRun:
    """What became of a run.

    Attributes:
        seed: what drew the responses.
        outcome: its outcome.
        reason: why it is broken; empty if it is not.
        responses: how many responses the server sent, `spoiled` of them not as they should be.
        judged: how many exchanges were judged.
        slowest: the most processor time of a judgement in seconds.
        memory: the most memory of the process so far in bytes; 0 where that is not known.
        files: the names of the files that it left.
        faults: what the verification of the folder says against it, where there are reports.
        held: the orders that the server holds, without those that it said it rejected; `listed` those that the ledger
            lists.
        unaccounted: how many orders of the server the ledger does not know.

    """

    seed: int
    outcome: str
    reason: str
    responses: int
    spoiled: int
    judged: int
    slowest: float
    memory: int
    files: frozenset[str]
    faults: tuple[str, ...]
    held: int
    listed: int
    unaccounted: int


@dataclass
class RawServer:
    """Responds to requests as the embedded server does, and spoils some of the bytes.

    Attributes:
        service: what it responds with.
        seed: what draws the responses.
        chance: how many of them are changed as bytes.
        responses: how many it sent, `spoiled` of them not as they should be.
        denied: how many orders it stored and said that it rejected them.

    """

    service: ObservableService
    seed: int
    chance: float
    responses: int = 0
    spoiled: int = 0
    denied: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Seed the generator."""
        self._dice = random.Random(self.seed)  # noqa: S311 - a seed that repeats the test, and no secret

    def respond(self, seen: Seen) -> Answer:
        """Respond to a request."""
        method, path, _version = seen.line.split(" ", 2)
        with self._lock:
            before = len(self.service.held)
            response = self.service.handle(ServerRequest(method, path, seen.headers, seen.body, str(seen.connection)))
            answer = self._answer(response)
            self.denied += len(self.service.held) > before and _REJECTION.search(answer.content) is not None
        return answer

    def _answer(self, response: ServerResponse) -> Answer:
        self.responses += 1
        if self._dice.random() >= self.chance:
            is_spoiled = self._dice.random() < _SPOILED
            self.spoiled += is_spoiled
            return Answer(written(spoiled(response, self._dice) if is_spoiled else response))
        self.spoiled += 1
        content = noise(self._dice) if self._dice.random() < _NOISE else mutated(response, self._dice)
        if self._dice.random() < _KEPT / self.chance:
            return Answer(content)
        return Answer(content, self._dice.choice(("close", "close", "close", "reset")))


def raw_run(seed: int, folder: Path, *, is_rendered: bool = True) -> RawRun:
    """Run once with the responses of a seed, and leave record and ledger in a folder, and the reports as well."""
    dice, now = random.Random(f"run {seed}"), VirtualTime()  # noqa: S311 - a seed that repeats the run, and no secret
    service = observable_service(CONTRACT, CREDENTIALS)
    service.clock = now.now
    server = RawServer(service, seed, _CHANCES[seed % len(_CHANCES)])
    many = seed % _EVERY == 0
    profile = "ci" if many or dice.random() < _IN_CI else "tenant"
    with listening(server.respond) as there, judging_times() as times:
        chosen = settings(profile, seed=seed, examples=_MANY if many else 0, target=there.url, embedded=False)
        policy = replace(chosen.profile.retry_policy, timeout=_TIMEOUT)
        chosen = replace(chosen, profile=replace(chosen.profile, rate=0.0, retry_policy=policy))
        outcome, reason = _run(chosen, now, folder, there.url, is_rendered=is_rendered)
    service.close()
    ledger = folder / LEDGER
    return RawRun(
        seed=seed,
        outcome=outcome,
        reason=reason or "",
        responses=server.responses,
        spoiled=server.spoiled,
        judged=len(times),
        slowest=max(times, default=0.0),
        memory=_memory(),
        files=frozenset(path.name for path in folder.iterdir()),
        faults=verify(folder, CONTRACT).faults if is_rendered else (),
        held=len(service.held) - server.denied,
        listed=len(reconcile(read_ledger(ledger), CONTRACT)),
        unaccounted=len(missing_from_ledger(ledger, service)),
    )


def _run(chosen: Settings, now: VirtualTime, folder: Path, url: str, *, is_rendered: bool) -> tuple[str, str | None]:
    """Run; return outcome and reason."""
    client = HttpClient(url, CONTRACT.path, chosen.profile.retry_policy, "raw")
    environment = RunEnvironment(client, client.headers, now=now.now, clock=now.clock, sleep=now.sleep)
    with client:
        if is_rendered:
            report = run_and_report(chosen, environment, folder).report
            return report["outcome"], report["reason"]
        with closing(open_ledger(folder / LEDGER, synced=False)) as ledger, Writer(folder / RECORD) as writer:
            environment = replace(environment, sink=writer.write, written=lambda: writer.size, ledger=ledger)
            conclusion = run(chosen, environment)
    return conclusion.outcome, conclusion.reason


def _memory() -> int:
    """Return the most memory of this process so far; what it began with is not that of who started it."""
    if not _PROCESS.is_file():
        return 0
    (kibibytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", _PROCESS.read_text("ascii"), re.MULTILINE)
    return 1024 * int(kibibytes)
