"""Evaluating exchanges: each goes to the oracle, its evidence is counted and written, the memory learns from it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from orders_conformance.harness.engine.events import EventWriter
from orders_conformance.harness.exchange import SUCCESS, Exchange, Request
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.verdicts.tally import Tally
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import Probe

# So many exchanges between an order and its repeat are named as what makes the order forgotten.
_BETWEEN = 8
_IDENTITY = {Rule.UNIQUE_REF, Rule.UNIQUE_HREF}
_AFTER_REFUSAL = {Rule.REJECTION_STORES_NOTHING, Rule.UNAUTHORIZED_STORES_NOTHING}


@dataclass(frozen=True, slots=True)
class ClassifiedRequest:
    """A probe with its request and what the contract sees in that; made once, before the request is sent."""

    probe: Probe
    request: Request
    classification: Classification

    @property
    def is_plain(self) -> bool:
        """Whether it is a valid order of the plain core, by the contract's word."""
        return (
            self.classification.document is not None
            and not self.classification.violations
            and not self.classification.unusual
        )


@dataclass(frozen=True, slots=True)
class JudgedExchange:
    """An exchange with what the oracle saw in it and said of it."""

    exchange: Exchange
    classification: Classification
    judgement: Judgement

    @property
    def status(self) -> int | None:
        """The status of the reply, if there is one."""
        return self.exchange.response.status if self.exchange.response else None


@dataclass
class Evaluation:
    """The evaluation of one run.

    Attributes:
        now: tells the time of day.
        exchanges: every exchange that was judged, by id.

    """

    oracle: Oracle
    tally: Tally
    event_writer: EventWriter
    history_writer: HistoryWriter
    now: Callable[[], datetime]
    exchanges: dict[str, Exchange] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """What the run has created and seen so far."""
        return self.history_writer.history

    def classify(self, probe: Probe, request: Request) -> ClassifiedRequest:
        """Say what the contract sees in the request of a probe; the request gets what the client has to know of it."""
        classification = self.oracle.classify(request, self.now())
        requirement = self.oracle.contract.find(*self.oracle.purpose(classification, self.history))
        request = replace(
            request,
            purpose=requirement.id if requirement else "",
            may_create=classification.may_create,
            has_right_credentials=classification.has_right_credentials,
        )
        return ClassifiedRequest(probe, request, classification)

    def judge(self, unnamed: Exchange, classification: Classification) -> JudgedExchange:
        """Give an exchange its id, judge it, count and write the evidence, and learn from it.

        Args:
            unnamed: the exchange.
            classification: what the contract saw in its request before it was sent.

        """
        exchange = replace(unnamed, id=f"x{len(self.exchanges) + 1}")
        self.exchanges[exchange.id] = exchange
        judged = JudgedExchange(
            exchange, classification, self.oracle.judge(exchange, classification, self.history, self.now())
        )
        self._write(judged)
        self.history_writer.learn(exchange, classification)
        return judged

    def blame(self, judged: JudgedExchange, evidence: Evidence) -> None:
        """Count evidence that only came to light after its exchange was judged."""
        self.history_writer.note_broken((evidence,))
        before = self._before(judged, (evidence,))
        for finding in self.tally.add(judged.exchange, (evidence,), before)[1]:
            self.event_writer.finding(finding)

    def settle(self, judged: JudgedExchange, name: Name, suspicion: Suspicion, remark: str = "") -> bool:
        """Blame one of those that a suspicion was about, or another in their place; it is settled then."""
        evidence = Evidence(name, held=False, expected=suspicion.expected, observed=remark + suspicion.observed)
        self.blame(judged, evidence)
        return True

    def observe(self, name: Name, text: str, exchange: Exchange | None) -> None:
        """Write down an observation, if it is new."""
        requirement = self.tally.observe(name, text, exchange.id if exchange else None)
        if requirement is not None:
            self.event_writer.observation(requirement, exchange.id if exchange else None, text)

    def _write(self, judged: JudgedExchange) -> None:
        evidence = judged.judgement.evidence
        self.history_writer.note_broken(judged.judgement.broken)
        kept, findings = self.tally.add(judged.exchange, evidence, self._before(judged, judged.judgement.broken))
        observations = [
            (requirement, text)
            for name, text in judged.judgement.observed
            if (requirement := self.tally.observe(name, text, judged.exchange.id)) is not None
        ]
        kept += [requirement.id for requirement, _ in observations]
        self.event_writer.exchange(judged.exchange, kept, [finding.id for finding in findings])
        for finding in findings:
            self.event_writer.finding(finding)
        for requirement, text in observations:
            self.event_writer.observation(requirement, judged.exchange.id, text)

    def _before(self, judged: JudgedExchange, broken: Iterable[Evidence]) -> tuple[Exchange, ...]:
        """The exchanges that have to come first to show the same again: what is repeated, and what came in between."""
        rules = {item.requirement[0] for item in broken}
        if not rules:
            return ()
        if rules & _IDENTITY:
            return tuple(itertools.islice(filter(_succeeded, self._earlier(judged)), 1))
        known = self.history.relation(judged.classification.key)[1] if judged.classification.key else None
        if known is None or known.exchange not in {one.id for one in self._earlier(judged)}:
            reference = judged.classification.key.reference.encode() if judged.classification.key else b""
            same_key = (one for one in self._earlier(judged) if reference in one.request.body)
            return tuple(itertools.islice(same_key, 1)) if rules & _AFTER_REFUSAL and reference else ()
        first = self.exchanges[known.exchange]
        between: list[Exchange] = []
        if Rule.DUPLICATE_AFTER_ORDERS in rules:
            between += self._since(first, judged, _succeeded)
        if Rule.DUPLICATE_AFTER_REJECTION in rules:
            between += self._since(first, judged, lambda one: one.response is not None and not _succeeded(one))
        if Rule.DUPLICATE_AFTER_CONFLICT in rules:
            between.append(first)
        return (first, *between)

    def _since(self, first: Exchange, judged: JudgedExchange, wanted: Callable[[Exchange], bool]) -> list[Exchange]:
        """Find the newest few exchanges between a given one and the one at hand that are wanted, oldest first."""
        since = itertools.takewhile(lambda one: one.id != first.id, self._earlier(judged))
        return list(itertools.islice(filter(wanted, since), _BETWEEN))[::-1]

    def _earlier(self, judged: JudgedExchange) -> Iterator[Exchange]:
        """Enumerate the exchanges before the one at hand, newest first; more may have been judged since."""
        newer = itertools.dropwhile(lambda one: one.id != judged.exchange.id, reversed(self.exchanges.values()))
        return itertools.islice(newer, 1, None)


def _succeeded(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status in SUCCESS
