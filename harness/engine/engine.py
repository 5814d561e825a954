"""The engine: perform scripts, evaluate every exchange, and settle suspicions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from orders_conformance.harness.client.limits.lockout import LockoutProtection
from orders_conformance.harness.client.sender import Sender
from orders_conformance.harness.engine.economy import Economy
from orders_conformance.harness.engine.evaluation import ClassifiedRequest, Evaluation, JudgedExchange
from orders_conformance.harness.engine.losses import LostOrders
from orders_conformance.harness.engine.progress import Progress, Show
from orders_conformance.harness.engine.threads import start_thread
from orders_conformance.harness.engine.unanswered import UnansweredBodies, timed_out
from orders_conformance.harness.messages.exchange import DAMAGED, Effect, Exchange, effect
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.harness.oracle.evidence import Suspicion
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Action, Pause, Probe, ProbeResult, Script, Send, Together

# After so many requests that time out the rest of a script is left out: each costs a whole timeout.
_MOST_UNANSWERED = 3


class Explain(Protocol):
    """Settles a suspicion: sends follow-up requests and reports the requirement that was broken."""

    def __call__(self, engine: Engine, judged: JudgedExchange, suspicion: Suspicion, *, last: bool) -> bool:
        """Send the follow-up requests.

        Args:
            engine: sends them.
            judged: the exchange that raised the suspicion.
            suspicion: the suspicion.
            last: whether this is the last try, at the end of the run: the suspicion then has to be settled.

        Returns:
            Whether it is settled; if not, the engine tries again later.

        """
        ...


@dataclass
class Engine:
    """Performs scripts against one target.

    Attributes:
        sender: sends requests.
        evaluation: judges and records exchanges.
        explain: called with each suspicion and the exchange that raised it; called again later if it cannot settle the
            suspicion.
        follow_up: called with each exchange that broke a requirement, except exchanges that it sends itself.
        sleep: waits for a number of seconds.
        wait: waits until concurrent calls have returned.
        progress: called after each judged exchange; None where nobody wants to know.
        protection: protects the target's account from a lockout: says when a request with right credentials has to be
            sent between wrong ones.

    """

    sender: Sender
    evaluation: Evaluation
    explain: Explain
    follow_up: Callable[[Engine, JudgedExchange], None] = lambda _engine, _judged: None
    sleep: Callable[[float], None] = time.sleep
    wait: Callable[[Collection[Future[Any]]], object] = wait
    progress: Show | None = None
    protection: LockoutProtection = field(default_factory=LockoutProtection)

    def __post_init__(self) -> None:
        """Start with nothing sent."""
        self._explaining = False
        self._following_up = False
        self._ending = False
        # The exchanges that raised a suspicion while another one was being settled.
        self.raised: list[JudgedExchange] = []
        self._unsettled: list[tuple[JudgedExchange, Suspicion]] = []
        self._groups = 0
        self._unanswered_bodies = UnansweredBodies()
        self._lost = LostOrders(self.evaluation)
        self.economy = Economy(self.evaluation, self.sender.budget, self.sender.blocking, self.sender.orders)

    @property
    def unsettled(self) -> tuple[JudgedExchange, ...]:
        """The exchanges whose suspicions could not be settled so far."""
        return tuple(judged for judged, _ in self._unsettled)

    @property
    def orders(self) -> OrderFactory:
        """The factory of orders with fresh references."""
        return self.sender.orders

    def perform(self, script: Script) -> None:
        """Perform a script to its end, or until too many of its requests get no response.

        Raises:
            BudgetSpentError: the run may send nothing more.
            TargetUnavailableError: the target cannot be reached, or stopped responding.

        """
        outcome: Any = None
        unanswered = 0
        while True:
            try:
                action = script.send(outcome)
            except StopIteration:
                return
            kinds = len(self._unanswered_bodies)
            outcome = self._act(action)
            results = outcome if isinstance(outcome, tuple) else (outcome,)
            sent = [
                self.evaluation.exchanges.get(one.exchange or "") for one in results if isinstance(one, ProbeResult)
            ]
            unanswered += sum(timed_out(exchange) for exchange in sent)
            # A new kind of broken body without a response is not counted: it says nothing about the rest of the script.
            unanswered -= len(self._unanswered_bodies) - kinds
            if unanswered >= _MOST_UNANSWERED:
                self.evaluation.event_writer.note(
                    f"{unanswered} requests of one script got no response; the rest of the script was left out"
                )
                script.close()
                return

    def classify(self, probe: Probe) -> ClassifiedRequest:
        """Make the request of a probe and classify it."""
        return self.evaluation.classify(probe, self.sender.request(probe))

    def send(self, what: Probe | ClassifiedRequest, *, settle: bool = True) -> JudgedExchange:
        """Send one probe and judge the response; if the outcome of an order is unknown, send it with another reference.

        Args:
            what: a probe, or a request that is classified already.
            settle: whether to settle a suspicion that the response raises.

        """
        classified = self.classify(what) if isinstance(what, Probe) else what
        logins = self.sender.budget.wrong_logins
        unspaced = classified.request.is_wrong_login and logins.limit is not None and logins.unspaced
        if self.protection.is_due(classified.request) or unspaced:
            self._send_once(self.classify(Probe("between/refused", {})))
        lost = 0
        while True:
            judged = self._send_once(classified, suspect=settle)
            self.protection.count_retries(len(judged.exchange.attempts))
            if not self._lost.include(judged):
                return judged
            lost += 1
            classified = self.classify(self._rekeyed(classified.probe))
            if self._lost.always or lost > self.sender.losses.repeats():
                break
        if judged.exchange.attempts[-1].failure == DAMAGED:
            self.sender.unresponsive.note(judged.exchange.request, judged.exchange.attempts[-1])
            return self._send_once(classified, suspect=settle)
        self._lost.report(judged, lost)
        return judged

    def send_unjudged(self, probe: Probe) -> tuple[Exchange, Classification]:
        """Send a probe without judging the response; pass the result to `judge_later`."""
        classified = self.classify(probe)
        self.sender.budget.reserve()
        return self.sender.once(probe, classified.request), classified.classification

    def judge_later(self, exchange: Exchange, classification: Classification) -> None:
        """Judge an exchange of `send_unjudged`."""
        self._judge(exchange, classification)

    def send_forced(self, probe: Probe) -> JudgedExchange:
        """Send a probe that forces a response, which is no sign of a rate limit or of a locked account."""
        classified = self.classify(probe)
        self.sender.budget.reserve()
        return self._judge(self.sender.once(probe, classified.request), classified.classification, settle=False)

    def settle_at_last(self) -> None:
        """Settle the suspicions that could not be settled before, and send the probes that were kept for the end."""
        self._settle_all(last=True)
        self._ending = True
        self.perform(Send(probe) for probe in self.economy.later())
        self._settle_all(last=True)

    def _act(self, action: Action) -> ProbeResult | tuple[ProbeResult, ...] | None:
        if isinstance(action, Send):
            if action.probe.has_cookies and self.sender.cookies.header() is None:
                return ProbeResult(None, action.probe)
            return self._send_plainly(action.probe)
        if isinstance(action, Together):
            return self._send_together(action.probes)
        self._pause(action)
        return None

    def _send_plainly(self, wanted: Probe) -> ProbeResult:
        """Send the probe of a script, unless it is not to be sent; without what the target is known to reject.

        An order that is rejected for a known reason is sent again without it, so that its other values are tested.
        """
        probe = self.economy.plainer(wanted)
        classified, economy = self.classify(probe), self.economy
        if self._unanswered_bodies.include(classified) or economy.is_needless(classified):
            return ProbeResult(None, probe)
        if not self._ending and economy.is_for_later(classified):
            return ProbeResult(None, probe)
        judged = self.send(classified)
        while judged.status == self.evaluation.oracle.statuses.rejected and (
            left := economy.without_rejected(classified)
        ):
            classified = self.classify(left)
            judged = self.send(classified)
        return self._result(judged, classified.probe)

    def _send_once(self, classified: ClassifiedRequest, *, suspect: bool = True) -> JudgedExchange:
        self.sender.budget.reserve()
        exchange = self.sender.exchange(classified.probe, classified.request)
        return self._judge(exchange, classified.classification, suspect=suspect)

    def _rekeyed(self, probe: Probe) -> Probe:
        return probe.with_body(self.orders.rekeyed({} if isinstance(probe.body, bytes) else probe.body))

    def _result(self, judged: JudgedExchange, probe: Probe) -> ProbeResult:
        """Return the result of a probe; with the order that was created if another reference had to be used."""
        document = judged.classification.document
        resent = judged.exchange.request.body != probe.payload
        if resent and document is not None and not isinstance(probe.body, bytes):
            probe = probe.with_body({**probe.body, self.orders.reference: document[self.orders.reference]})
        return ProbeResult(judged.status, probe, judged.exchange.id)

    def _pause(self, pause: Pause) -> None:
        first_order = self.evaluation.history.first_order_at
        since = first_order if pause.since_first and first_order is not None else self.sender.elapsed
        remaining = since + pause.seconds - self.sender.elapsed
        if remaining > 0:
            self.sleep(remaining)

    def _send_together(self, probes: tuple[Probe, ...]) -> tuple[ProbeResult, ...]:
        self._groups += 1
        group = f"g{self._groups}"
        barrier = threading.Barrier(len(probes))
        classified = [self.classify(probe) for probe in probes]

        def send(one: ClassifiedRequest) -> Exchange:
            barrier.wait()
            return self.sender.exchange(one.probe, one.request, group)

        self.sender.budget.reserve(len(probes))
        calls = [start_thread(partial(send, one)) for one in classified]
        self.wait(calls)
        exchanges = [call.result() for call in calls]
        # The server may have processed concurrent requests in any sequence. They are judged in one in which the created
        # orders come first: it explains every conflict that any sequence explains.
        turns = sorted(range(len(probes)), key=lambda turn: self._judging_priority(exchanges[turn]))
        judged = {turn: self._judge(exchanges[turn], classified[turn].classification, settle=False) for turn in turns}
        self._settle_all()
        return tuple(
            ProbeResult(judged[turn].status, probe, judged[turn].exchange.id) for turn, probe in enumerate(probes)
        )

    def _judging_priority(self, exchange: Exchange) -> int:
        status = exchange.response.status if exchange.response else None
        if status == self.evaluation.oracle.statuses.created:
            return 0
        outcome = effect(status, exchange.failure.kind if exchange.failure else None)
        # A request whose first try got no response may have created the order.
        return 2 if outcome is Effect.NONE and not exchange.uncertain else 1

    def _judge(
        self, exchange: Exchange, classification: Classification, *, suspect: bool = True, settle: bool = True
    ) -> JudgedExchange:
        judged = self.evaluation.judge(exchange, classification, suspect=suspect and not self._explaining)
        self._note_unanswered(judged)
        self.economy.note(judged)
        if self.progress is not None:
            self.progress(self._progress(judged))
        if judged.judgement.suspicion is not None and suspect:
            if self._explaining:
                self.raised.append(judged)
            else:
                self._unsettled.append((judged, judged.judgement.suspicion))
        if settle and self._unsettled and not self._explaining and self.evaluation.history.plain:
            self._settle_all()
        matters = any(not self.evaluation.tally.is_lacking(one.requirement) for one in judged.judgement.broken)
        if settle and matters and not (self._explaining or self._following_up):
            self._following_up = True
            try:
                self.follow_up(self, judged)
            finally:
                self._following_up = False
        return judged

    def _progress(self, judged: JudgedExchange) -> Progress:
        tally, budget = self.evaluation.tally, self.sender.budget
        found = (self.evaluation.oracle.contract.find(*one.requirement) for one in judged.judgement.broken)
        names = dict.fromkeys(one.id for one in found if one is not None and one.id in tally.counts)
        return Progress(
            exchange=judged.exchange,
            broken=tuple(names),
            suspected=judged.judgement.suspicion is not None,
            requests=budget.requests,
            orders=budget.orders,
            failures=sum(1 for _ in tally.failed()),
        )

    def _settle_all(self, *, last: bool = False) -> None:
        """Try to settle every suspicion that is not settled yet."""
        if not (last or self.economy.may_diagnose()):
            return
        before = self.economy.spent
        self._explaining = True
        self.raised.clear()
        try:
            self._unsettled = [
                (judged, left) for judged, left in self._unsettled if not self._settles(judged, left, last=last)
            ]
        finally:
            self._explaining = False
            self.economy.note_diagnosed(before)

    def _settles(self, judged: JudgedExchange, suspicion: Suspicion, *, last: bool) -> bool:
        settled = self.explain(self, judged, suspicion, last=last)
        if settled:
            self.evaluation.note_settled(judged)
        return settled

    def _note_unanswered(self, judged: JudgedExchange) -> None:
        fault = self._unanswered_bodies.add(judged.exchange, judged.classification)
        if fault is not None:
            text = self.evaluation.oracle.contract.extension.bodies[fault].text
            note = f"others like it were left out after {judged.exchange.id} got no response: a body that {text}"
            self.evaluation.event_writer.note(note)
