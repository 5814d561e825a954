"""The engine: performs scripts, has every exchange evaluated, and has suspicions settled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from orders_conformance.harness.client.sender import Sender
from orders_conformance.harness.engine.evaluation import Evaluation, JudgedExchange
from orders_conformance.harness.engine.threads import start_thread
from orders_conformance.harness.exchange import DAMAGED, REDIRECTION, SUCCESS, Effect, Exchange, effect
from orders_conformance.harness.json_body import faults_of
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Suspicion
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Action, Answer, Pause, Probe, Script, Send, Together

# Unanswered requests in one script after which the rest of it would only cost time.
_UNANSWERED = 3
# Wrong credentials that are sent in a row at most: an account may be locked after a few.
_STRANGERS = 4


class Explain(Protocol):
    """Settles a suspicion by further traffic."""

    def __call__(self, engine: Engine, judged: JudgedExchange, suspicion: Suspicion, *, last: bool) -> bool:
        """Send what settles it; say whether it is settled. At last, it has to be."""
        ...


@dataclass
class Engine:
    """Performs scripts against one target.

    Attributes:
        explain: called with each suspicion and the exchange that raised it. What cannot be settled is tried again
            later.
        follow_up: called with each exchange that broke something, but for those that it sends itself.
        sleep: waits.
        wait: waits for calls that go on beside each other.
        progress: called with each exchange that was judged.

    """

    sender: Sender
    evaluation: Evaluation
    explain: Explain
    follow_up: Callable[[Engine, JudgedExchange], None] = lambda _engine, _judged: None
    sleep: Callable[[float], None] = time.sleep
    wait: Callable[[Collection[Future[Any]]], object] = wait
    progress: Callable[[Exchange], None] = lambda _exchange: None

    def __post_init__(self) -> None:
        """Begin with nothing sent."""
        self._explaining = False
        self._following_up = False
        # The suspicions that came up while another one was being settled.
        self.raised: list[JudgedExchange] = []
        self._unsettled: list[tuple[JudgedExchange, Suspicion]] = []
        self._groups = 0
        self._strangers = 0
        # Broken bodies that stayed unanswered, by the credentials that they came with and what is wrong with them.
        self._silent: set[tuple[str, str]] = set()
        self._first_order: float | None = None
        # Whether it was seen to be a habit of the target that the answer to a new order is lost.
        self._loses = False

    @property
    def unsettled(self) -> tuple[JudgedExchange, ...]:
        """The exchanges whose suspicions could not be settled so far."""
        return tuple(judged for judged, _ in self._unsettled)

    @property
    def orders(self) -> OrderFactory:
        """What makes orders with fresh references."""
        return self.sender.orders

    def perform(self, script: Script) -> None:
        """Perform a script to its end, or until the target leaves too many of its requests unanswered.

        Raises:
            BudgetSpentError: the run may send nothing more.
            TargetUnavailableError: the target cannot be reached, or stopped answering.

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
                self.evaluation.event_writer.note(
                    f"{unanswered} requests of one kind stayed unanswered; its rest was left out"
                )
                script.close()
                return

    def send(self, probe: Probe, *, settle: bool = True) -> JudgedExchange:
        """Send one probe and judge it; where the outcome of an order is unknown, send it with another reference.

        Args:
            probe: what to send.
            settle: whether a suspicion is to be settled.

        """
        self._spare_account(probe)
        lost = 0
        while True:
            self.sender.budget.reserve()
            judged = self._judge(self.sender.exchange(probe), suspect=settle)
            if self._strangers:
                self._strangers += len(judged.exchange.attempts)
            if not self._is_lost(judged):
                return judged
            lost += 1
            probe = probe.with_body(self.orders.rekeyed({} if isinstance(probe.body, bytes) else probe.body))
            if self._loses or lost > self.sender.losses.repeats():
                break
        if judged.exchange.attempts[-1].failure == DAMAGED:
            self.sender.take_for_habit(judged.exchange.attempts[-1])
            self.sender.budget.reserve()
            return self._judge(self.sender.exchange(probe), suspect=settle)
        self._blame_losses(judged, lost)
        return judged

    def send_unjudged(self, probe: Probe) -> Exchange:
        """Send a probe without judging what comes back."""
        self.sender.budget.reserve()
        return self.sender.once(probe)

    def judge_later(self, exchange: Exchange) -> None:
        """Judge an exchange that was tried out."""
        self._judge(exchange)

    def is_plain(self, probe: Probe) -> bool:
        """Whether a probe is a valid order of the plain core, by the contract's word."""
        seen = self.evaluation.classify(self.sender.request(probe))
        return seen.document is not None and not seen.violations and not seen.unusual

    def settle_at_last(self) -> None:
        """Settle what could not be settled before."""
        self._settle_all(last=True)

    def _act(self, action: Action) -> Answer | tuple[Answer, ...] | None:
        if isinstance(action, Send):
            return self._answer(self.send(action.probe), action.probe)
        if isinstance(action, Together):
            return self._together(action.probes)
        self._pause(action)
        return None

    def _answer(self, judged: JudgedExchange, probe: Probe) -> Answer:
        """Tell a script the status, and which order it was if another reference had to be used."""
        document = judged.seen.document
        resent = judged.exchange.request.body != probe.payload
        if resent and document is not None and not isinstance(probe.body, bytes):
            probe = probe.with_body({**probe.body, self.orders.reference: document[self.orders.reference]})
        return Answer(judged.status, probe, judged.exchange.id)

    def _pause(self, pause: Pause) -> None:
        since = self._first_order if pause.since_first and self._first_order is not None else self.sender.elapsed
        left = since + pause.seconds - self.sender.elapsed
        if left > 0:
            self.sleep(left)

    def _together(self, probes: tuple[Probe, ...]) -> tuple[Answer, ...]:
        self._groups += 1
        group = f"g{self._groups}"
        barrier = threading.Barrier(len(probes))

        def one(probe: Probe) -> Exchange:
            barrier.wait()
            return self.sender.exchange(probe, group)

        self.sender.budget.reserve(len(probes))
        calls = [start_thread(partial(one, probe)) for probe in probes]
        self.wait(calls)
        exchanges = [call.result() for call in calls]
        # Any order of concurrent requests may be what happened; the one in which orders are created first explains
        # every refusal that can be explained.
        turns = sorted(range(len(probes)), key=lambda turn: self._plausible_turn(exchanges[turn]))
        judged = {turn: self._judge(exchanges[turn], settle=False) for turn in turns}
        self._settle_all()
        return tuple(Answer(judged[turn].status, probe, judged[turn].exchange.id) for turn, probe in enumerate(probes))

    def _plausible_turn(self, exchange: Exchange) -> int:
        status = exchange.response.status if exchange.response else None
        if status == self.evaluation.oracle.statuses.created:
            return 0
        left = effect(status, exchange.failure.kind if exchange.failure else None)
        # One whose first try was lost may have created the order all the same.
        return 2 if left is Effect.NONE and not exchange.uncertain else 1

    def _judge(self, exchange: Exchange, *, suspect: bool = True, settle: bool = True) -> JudgedExchange:
        judged = self.evaluation.judge(exchange)
        self._note_silence(judged.exchange, judged.seen)
        if judged.status in SUCCESS and self._first_order is None:
            self._first_order = exchange.at
        self.progress(judged.exchange)
        if judged.judgement.suspicion is not None and suspect:
            if self._explaining:
                self.raised.append(judged)
            else:
                self._unsettled.append((judged, judged.judgement.suspicion))
        if settle and self._unsettled and not self._explaining and self.evaluation.history.plain:
            self._settle_all()
        if settle and judged.judgement.broken and not (self._explaining or self._following_up):
            self._following_up = True
            try:
                self.follow_up(self, judged)
            finally:
                self._following_up = False
        return judged

    def _settle_all(self, *, last: bool = False) -> None:
        """Try to settle every suspicion that is left."""
        self._explaining = True
        self.raised.clear()
        try:
            self._unsettled = [
                (judged, left) for judged, left in self._unsettled if not self.explain(self, judged, left, last=last)
            ]
        finally:
            self._explaining = False

    def _is_lost(self, judged: JudgedExchange) -> bool:
        """Whether the outcome of a new order is unknown, so that its probe showed nothing."""
        key = judged.seen.key
        return (
            judged.status == self.evaluation.oracle.statuses.conflict
            and judged.exchange.uncertain
            and not judged.judgement.broken
            and key is not None
            and not judged.seen.violations
            and not self.evaluation.history.exists(key)
        )

    def _spare_account(self, probe: Probe) -> None:
        """Let the right credentials in before too many wrong ones in a row lock an account."""
        let_in = self.evaluation.oracle.is_authorized(self.sender.request(probe).authorization)
        self._strangers = 0 if let_in else self._strangers + 1
        if self._strangers > _STRANGERS:
            self._strangers = 1
            self.sender.budget.reserve()
            self._judge(self.sender.exchange(Probe("between/refused", {})))

    def _blame_losses(self, judged: JudgedExchange, lost: int) -> None:
        """Blame a target that loses the answer to every new order: what is always so is not transient."""
        last = judged.exchange.attempts[-1]
        name: Name = (Rule.ANSWERED,) if last.failure else (Rule.NO_SERVER_ERROR,)
        if last.status in REDIRECTION:
            name = (Rule.ACCEPTED,)
        often = "one more new order" if self._loses else f"each of {lost} new orders"
        observed = f"{last.failure or last.status} at the first try of {often}"
        self._loses = True
        self.evaluation.blame(
            judged, Evidence(name, held=False, expected="an answer to the first try", observed=observed)
        )

    def _is_hopeless(self, probe: Probe) -> bool:
        """Whether a body that is broken in the same way stayed unanswered: to wait for another shows nothing new."""
        if not self._silent:
            return False
        seen = self.evaluation.classify(self.sender.request(probe))
        return any((seen.credentials, fault) in self._silent for fault in faults_of(probe.payload))

    def _note_silence(self, exchange: Exchange, seen: Classification) -> None:
        if exchange.failure is None or exchange.failure.kind != "timeout" or seen.body_fault is None:
            return
        if all(fault != seen.body_fault for _, fault in self._silent):
            text = self.evaluation.oracle.contract.extension.bodies[seen.body_fault].text
            note = f"others like it were left out after {exchange.id} stayed unanswered: a body that {text}"
            self.evaluation.event_writer.note(note)
        self._silent.add((seen.credentials, seen.body_fault))
