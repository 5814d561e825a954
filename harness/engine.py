"""The engine: performs scripts, hands every exchange to the oracle, and writes down what it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from harness.classification import Classification
from harness.errors import BudgetSpent, TargetUnavailable
from harness.evidence import Evidence, Judgement, Suspicion
from harness.exchange import SUCCESS, Exchange, Request
from harness.journal import Journal
from harness.oracle import Oracle
from harness.tally import Tally
from harness.target import Outcome
from strategies.credentials import Credentials
from strategies.orders import Orders
from strategies.probe import Action, Answer, Pause, Probe, Script, Send, Together

_UNAVAILABLE = 503
# How often an order whose outcome is unknown is sent again with another reference.
_RESENT = 4
# Unanswered requests in one script after which the rest of it would only cost time.
_UNANSWERED = 3

Deliver = Callable[[Request, str], Outcome]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may cost its target; None for no limit."""

    requests: int | None = None
    orders: int | None = None


@dataclass(slots=True)
class Traffic:
    """What a run has cost its target so far; retries are counted among the requests."""

    requests: int = 0
    orders: int = 0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """An exchange with what the oracle saw in it and said of it."""

    exchange: Exchange
    seen: Classification
    judgement: Judgement


@dataclass
class Engine:
    """Performs scripts against one target.

    Attributes:
        deliver: sends a request by a named connection, with retries.
        explain: called with each suspicion and the exchange that raised it; sends what settles it, and says whether
            it could. What could not be settled is tried again later.
        clock: seconds that only grow; `now` the time of day; `sleep` waits.

    """

    oracle: Oracle
    credentials: Credentials
    orders: Orders
    tally: Tally
    journal: Journal
    deliver: Deliver
    budget: Budget
    now: Callable[[], datetime]
    explain: Callable[[Engine, Judged, Suspicion], bool]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    progress: Callable[[Exchange], None] = lambda _exchange: None
    traffic: Traffic = field(default_factory=Traffic)
    exchanges: dict[str, Exchange] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin the run."""
        self.memory = self.oracle.memory()
        self._began = self.clock()
        self._explaining = False
        self._unsettled: list[tuple[Judged, Suspicion]] = []
        self._groups = 0
        # Broken bodies that stayed unanswered, by the credentials that they came with and what is wrong with them.
        self._silent: set[tuple[str, str]] = set()
        self._first_order: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self._began

    def perform(self, script: Script) -> None:
        """Perform a script to its end, or until the target leaves too many of its requests unanswered.

        Raises:
            BudgetSpent: the run may send nothing more.
            TargetUnavailable: the target cannot be reached, or stopped answering.

        """
        outcome: Any = None
        unanswered = 0
        while True:
            try:
                action = script.send(outcome)
            except StopIteration:
                return
            if isinstance(action, Send) and self._is_hopeless(action.probe):
                outcome = Answer(None, action.probe)
                continue
            silent = len(self._silent)
            outcome = self._act(action)
            answers = outcome if isinstance(outcome, tuple) else (outcome,)
            unanswered += sum(isinstance(answer, Answer) and answer.status is None for answer in answers)
            # A new way to break a body that stays unanswered says nothing about the rest of the script.
            unanswered -= len(self._silent) - silent
            if unanswered >= _UNANSWERED:
                self.note(f"{unanswered} requests of one kind stayed unanswered; the rest of that kind was left out")
                script.close()
                return

    def send(self, probe: Probe) -> Judged:
        """Send one probe and judge it; where the outcome of an order is unknown, send it with another reference."""
        judged = self._judged([self._exchange(probe)])[0]
        for _ in range(_RESENT):
            if not self._lost(judged):
                break
            probe = probe.with_body(self.orders.rekeyed(_body(probe)))
            judged = self._judged([self._exchange(probe)])[0]
        return judged

    def try_out(self, probe: Probe) -> Exchange:
        """Send a probe without judging what comes back."""
        self._check_budget(1)
        return self._deliver(probe, None)

    def adopt(self, exchange: Exchange) -> None:
        """Judge an exchange that was tried out."""
        self._judged([exchange])

    def is_plain(self, probe: Probe) -> bool:
        """Whether a probe is a valid order of the plain core, by the contract's word."""
        seen = self.oracle.classify(self._request(probe), self.now())
        return seen.document is not None and not seen.violations and not seen.unusual

    def note(self, text: str) -> None:
        """Write down something that a reader should know."""
        self.journal.sink({"type": "note", "text": self.journal.hide(text)})

    def second_opinion(self, exchange: Exchange, text: str) -> None:
        """Write down what another judge says of an exchange; it is an observation, never a failure."""
        requirement = self.tally.observe(("second_judge",), text, exchange.id)
        if requirement is not None:
            self.journal.observation(requirement, exchange.id, text)

    def blame(self, judged: Judged, evidence: Evidence) -> None:
        """Count evidence that only came to light after its exchange was judged."""
        _, findings = self.tally.add(judged.exchange, (evidence,), self._before(judged))
        for finding in findings:
            self.journal.finding(finding)

    def _is_hopeless(self, probe: Probe) -> bool:
        """Whether a body that is broken in the same way stayed unanswered: to wait for another shows nothing new."""
        if not self._silent:
            return False
        seen = self.oracle.classify(self._request(probe), self.now())
        return (seen.credentials, seen.body_fault) in self._silent

    def _note_silence(self, exchange: Exchange, seen: Classification) -> None:
        if exchange.failure is None or exchange.failure.kind != "timeout" or seen.body_fault is None:
            return
        if all(fault != seen.body_fault for _, fault in self._silent):
            text = self.oracle.contract.extension["bodies"][seen.body_fault]["text"]
            self.note(f"others like it were left out after {exchange.id} stayed unanswered: a body that {text}")
        self._silent.add((seen.credentials, seen.body_fault))

    def _act(self, action: Action) -> Answer | tuple[Answer, ...] | None:
        if isinstance(action, Send):
            before = action.probe
            judged = self.send(before)
            return self._answer(judged, before)
        if isinstance(action, Together):
            return self._together(action.probes)
        self._pause(action)
        return None

    def _answer(self, judged: Judged, probe: Probe) -> Answer:
        reply = judged.exchange.reply
        if (
            judged.exchange.request.body != probe.payload
            and judged.seen.document is not None
            and not isinstance(probe.body, bytes)
        ):
            reference = judged.seen.document[self.orders.reference]
            probe = probe.with_body({**probe.body, self.orders.reference: reference})
        return Answer(reply.status if reply else None, probe)

    def _pause(self, pause: Pause) -> None:
        start = self._first_order if pause.since_first and self._first_order is not None else self.elapsed
        left = start + pause.seconds - self.elapsed
        if left > 0:
            self.sleep(left)

    def _lost(self, judged: Judged) -> bool:
        """Whether the outcome of a new order is unknown, so that its probe showed nothing."""
        reply = judged.exchange.reply
        conflict = reply is not None and reply.status == self.oracle.statuses.conflict
        return (
            conflict
            and judged.exchange.uncertain
            and not any(not item.held for item in judged.judgement.evidence)
            and (judged.seen.key is not None and not self.memory.exists(judged.seen.key) and not judged.seen.violations)
        )

    def _together(self, probes: tuple[Probe, ...]) -> tuple[Answer, ...]:
        self._groups += 1
        group = f"g{self._groups}"
        barrier = threading.Barrier(len(probes))

        def one(probe: Probe) -> Exchange:
            barrier.wait()
            return self._exchange(probe, group)

        self._check_budget(len(probes))
        with ThreadPoolExecutor(len(probes)) as pool:
            exchanges = list(pool.map(one, probes))
        # Any order of concurrent requests may be what happened; the one in which orders are created first explains
        # every refusal that can be explained.
        self._judged(sorted(exchanges, key=self._plausible_turn))
        return tuple(
            Answer(exchange.reply.status if exchange.reply else None, probe)
            for exchange, probe in zip(exchanges, probes, strict=True)
        )

    def _plausible_turn(self, exchange: Exchange) -> int:
        status = exchange.reply.status if exchange.reply else None
        if status == self.oracle.statuses.created:
            return 0
        return 1 if status in SUCCESS else 2

    def _exchange(self, probe: Probe, group: str | None = None) -> Exchange:
        """Send a probe; before its silence counts against the target, see that the target still answers."""
        if group is None:
            self._check_budget(1)
        exchange = self._deliver(probe, group)
        reply = exchange.reply
        if reply is not None and reply.status != _UNAVAILABLE:
            return exchange
        control = self._deliver(Probe("control", {}, connection="new"), None)
        self.traffic.requests += 1 + len(control.attempts)
        if control.reply is None or control.reply.status == _UNAVAILABLE:
            why = control.failure.detail if control.failure else f"status {_UNAVAILABLE}"
            message = f"the target stopped answering ({why}): see that it is up and run again"
            raise TargetUnavailable(message)
        return exchange

    def _request(self, probe: Probe) -> Request:
        header = probe.authorization or self.credentials.header(probe.credentials)
        return Request(probe.payload, probe.content_type, header)

    def _deliver(self, probe: Probe, group: str | None) -> Exchange:
        request = self._request(probe)
        at = self.elapsed
        outcome = self.deliver(request, probe.connection)
        return Exchange(
            id="",
            probe=probe.name,
            request=request,
            reply=outcome.reply,
            failure=outcome.failure,
            at=at,
            elapsed=self.elapsed - at,
            connection=probe.connection,
            group=group,
            attempts=outcome.attempts,
        )

    def _check_budget(self, requests: int) -> None:
        budget, traffic = self.budget, self.traffic
        if budget.requests is not None and traffic.requests + requests > budget.requests:
            message = f"the budget of {budget.requests} requests is spent: allow more to judge the rest"
            raise BudgetSpent(message)
        if budget.orders is not None and traffic.orders + requests > budget.orders:
            message = f"the budget of {budget.orders} orders is spent: allow more to judge the rest"
            raise BudgetSpent(message)

    def _judged(self, exchanges: list[Exchange]) -> list[Judged]:
        results = []
        for unnamed in exchanges:
            exchange = replace(unnamed, id=f"x{len(self.exchanges) + 1}")
            self.exchanges[exchange.id] = exchange
            self.traffic.requests += 1 + len(exchange.attempts)
            self.traffic.retries += len(exchange.attempts)
            now = self.now()
            seen = self.oracle.classify(exchange.request, now)
            judgement = self.oracle.judge(exchange, seen, self.memory, now)
            judged = Judged(exchange, seen, judgement)
            self._write(judged)
            self.oracle.learn(exchange, seen, self.memory)
            self._note_silence(exchange, seen)
            if exchange.reply and exchange.reply.status in SUCCESS:
                self.traffic.orders += 1
                self._first_order = self._first_order if self._first_order is not None else exchange.at
            results.append(judged)
            self.progress(exchange)
        for judged in results:
            self._settle(judged)
        if self._unsettled and not self._explaining and self.memory.plain:
            self._settle_all()
        return results

    def _write(self, judged: Judged) -> None:
        kept, findings = self.tally.add(judged.exchange, judged.judgement.evidence, self._before(judged))
        observations = [
            (requirement, text)
            for name, text in judged.judgement.observed
            if (requirement := self.tally.observe(name, text, judged.exchange.id)) is not None
        ]
        kept += [requirement.id for requirement, _ in observations]
        self.journal.exchange(judged.exchange, kept, [finding.id for finding in findings])
        for finding in findings:
            self.journal.finding(finding)
        for requirement, text in observations:
            self.journal.observation(requirement, judged.exchange.id, text)

    def _before(self, judged: Judged) -> tuple[Exchange, ...]:
        """The exchange that created the order which this one repeats, if any."""
        if judged.seen.key is None:
            return ()
        known = self.memory.relation(judged.seen.key)[1]
        return (self.exchanges[known.exchange],) if known and known.exchange != judged.exchange.id else ()

    def _settle(self, judged: Judged) -> None:
        suspicion = judged.judgement.suspicion
        if suspicion is None or self._explaining:
            return
        self._unsettled.append((judged, suspicion))
        self._settle_all()

    def _settle_all(self) -> None:
        """Try to settle every suspicion that is left."""
        self._explaining = True
        try:
            self._unsettled = [
                (judged, left) for judged, left in self._unsettled if not self.explain(self, judged, left)
            ]
        finally:
            self._explaining = False

    def settle_at_last(self) -> None:
        """Settle what could not be settled before; where that fails still, no valid order was accepted at all."""
        self._settle_all()
        for judged, left in self._unsettled:
            # Nothing was ever accepted, so nothing peculiar about this order needs to be to blame.
            self.blame(judged, Evidence(("accepted",), held=False, expected=left.expected, observed=left.observed))
        self._unsettled = []


def _body(probe: Probe) -> dict[str, Any]:
    return {} if isinstance(probe.body, bytes) else dict(probe.body)
