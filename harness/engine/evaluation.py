"""Evaluate exchanges: judge each with the oracle, count and record the evidence, and update the history."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from orders_conformance.harness.engine.events import EventWriter
from orders_conformance.harness.messages.exchange import SUCCESS, Exchange, Kind, Request, in_brief
from orders_conformance.harness.messages.json_body import read_body, read_object
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement, Suspicion
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.verdicts.description import Describer
from orders_conformance.harness.verdicts.plainness import Plainness, plainness
from orders_conformance.harness.verdicts.tally import Circumstances, Finding, Tally
from orders_conformance.harness.verdicts.traits import Traits, traits
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.probe import Probe

# At most so many exchanges between an order and its repeat are listed as needed to reproduce a finding.
_BETWEEN = 8
# Exchanges between those that show a failure are counted up to this number.
_MOST_BETWEEN = 20
# Digits of the seconds of an exchange.
_DIGITS = 4
_IDENTITY = {Rule.UNIQUE_REF, Rule.UNIQUE_HREF}
_KINDS: Mapping[str, Kind] = {
    Rule.CREDENTIALS: Kind.WRONG_CREDENTIALS,
    Rule.OTHER_MEDIA_TYPE: Kind.MEDIA_TYPE,
    Rule.BODY: Kind.BROKEN_BODY,
    Rule.DUPLICATE: Kind.REPEAT,
    Rule.ACCEPTED: Kind.PLAIN,
}
_STORES_NOTHING = {Rule.REJECTION_STORES_NOTHING, Rule.UNAUTHORIZED_STORES_NOTHING}


@dataclass(frozen=True, slots=True)
class ClassifiedRequest:
    """A probe with its request and the classification of the request; made once, before sending."""

    probe: Probe
    request: Request
    classification: Classification

    @property
    def is_plain(self) -> bool:
        """Whether it is a valid order of the plain core."""
        return (
            self.classification.document is not None
            and not self.classification.violations
            and not self.classification.unusual
        )


@dataclass(frozen=True, slots=True)
class JudgedExchange:
    """An exchange with the classification of its request, the judgement of the oracle, and its traits."""

    exchange: Exchange
    classification: Classification
    judgement: Judgement
    traits: Traits = ()

    @property
    def status(self) -> int | None:
        """The status of the response; None if there is none."""
        return self.exchange.response.status if self.exchange.response else None


@dataclass
class Evaluation:
    """The evaluation of one run.

    Attributes:
        oracle: judges exchanges.
        tally: counts the evidence.
        event_writer: writes the record.
        history_writer: updates the history.
        now: returns the current time.
        judge_exchange: judges an exchange as the oracle does, such that an interrupt ends it; None for the oracle.
        exchanges: every judged exchange, by id; of a long response, the beginning.

    """

    oracle: Oracle
    tally: Tally
    event_writer: EventWriter
    history_writer: HistoryWriter
    now: Callable[[], datetime]
    judge_exchange: Callable[[Exchange, Classification, History, datetime], Judgement] | None = None
    exchanges: dict[str, Exchange] = field(default_factory=dict)

    @cached_property
    def describer(self) -> Describer:
        """Describes exchanges that broke a requirement."""
        return Describer(self.oracle.contract)

    @property
    def history(self) -> History:
        """The history of the run so far."""
        return self.history_writer.history

    def classify(self, probe: Probe, request: Request) -> ClassifiedRequest:
        """Classify the request of a probe, and add to the request what the client has to know for sending it."""
        classification = self.oracle.classify(request, self.now())
        purpose = self.oracle.purpose(classification, self.history)
        requirement = self.oracle.contract.find(*purpose)
        request = replace(
            request,
            purpose=requirement.id if requirement else "",
            kind=self._kind(purpose, classification),
            may_create=classification.may_create,
            has_right_credentials=classification.has_right_credentials,
            is_wrong_login=self.oracle.credentials.is_wrong_login(request.authorization),
        )
        return ClassifiedRequest(probe, request, classification)

    @staticmethod
    def _kind(purpose: Name, classification: Classification) -> Kind:
        # A server that never responds to a broken body does not, whatever the credentials are.
        if classification.body_fault is not None:
            return Kind.BROKEN_BODY
        return _KINDS.get(purpose[0], Kind.INVALID if classification.violations else Kind.UNUSUAL)

    def judge(self, unnamed: Exchange, classification: Classification, *, suspect: bool = True) -> JudgedExchange:
        """Give an exchange its id, judge it, count and record the evidence, and update the history.

        Args:
            unnamed: the exchange, without an id.
            classification: the classification of its request, made before it was sent.
            suspect: whether a suspicion that it raises is to be settled, and is not a step of settling another one.

        """
        # The times are judged as they are recorded, so that the record can be judged again.
        at, elapsed = round(unnamed.at, _DIGITS), round(unnamed.elapsed, _DIGITS)
        exchange = replace(unnamed, id=f"x{len(self.exchanges) + 1}", at=at, elapsed=elapsed)
        self.exchanges[exchange.id] = in_brief(exchange)
        if exchange.blocked:
            judged = JudgedExchange(exchange, classification, Judgement(()))
            self._write(judged, self.now(), suspect=suspect)
            return judged
        judge = self.judge_exchange or self.oracle.judge
        now = self.now()
        judgement = judge(exchange, classification, self.history, now)
        repeat = self.history.is_used(classification.key)
        found = traits(exchange, classification, self.oracle.contract, repeat=repeat)
        judged = JudgedExchange(exchange, classification, judgement, found)
        self._write(judged, now, suspect=suspect)
        if exchange.request.forced is None:
            self.history_writer.learn(exchange, classification)
        return judged

    def add_evidence(self, judged: JudgedExchange, evidence: Evidence) -> None:
        """Count and record evidence that was found after its exchange was judged."""
        self.history_writer.note_broken((evidence,))
        described = self._described(judged, evidence)
        if (requirement := self.oracle.contract.find(*evidence.requirement)) is not None:
            self.event_writer.evidence(judged.exchange, requirement, described)
        for finding in self._add(judged, [described])[1]:
            self.event_writer.finding(finding)

    def add_simplified(self, judged: JudgedExchange, evidence: Evidence) -> None:
        """Record an exchange with a simplified order as a finding; its evidence was counted before."""
        before, described = self._before(judged, evidence), self._described(judged, evidence)
        finding = self.tally.add_simplified(
            in_brief(judged.exchange), described, before, self._plainness(judged, before)
        )
        if finding is not None:
            self.event_writer.finding(finding)

    def settle(self, judged: JudgedExchange, name: Name, suspicion: Suspicion, remark: str = "") -> bool:
        """Settle a suspicion: report requirement `name` as broken. Return True.

        Args:
            judged: the exchange that breaks the requirement.
            name: the family and subject of the requirement; it need not be a candidate of the suspicion.
            suspicion: says what was expected and observed.
            remark: is put before what was observed.

        """
        observed = suspicion.observed or self.describer.describe(name, judged.exchange, judged.classification)
        evidence = Evidence(name, held=False, expected=suspicion.expected, observed=remark + observed)
        self.add_evidence(judged, evidence)
        return True

    def note_settled(self, judged: JudgedExchange) -> None:
        """Record that the suspicion which an exchange raised is settled."""
        self.event_writer.settled(judged.exchange)

    def observe(self, name: Name, text: str, exchange: Exchange | None) -> None:
        """Count an observation, and record it if it is new."""
        requirement = self.tally.observe(name, text, exchange.id if exchange else None)
        if requirement is not None:
            self.event_writer.observation(requirement, exchange.id if exchange else None, text)

    def _write(self, judged: JudgedExchange, now: datetime, *, suspect: bool) -> None:
        evidence = [self._described(judged, item) for item in judged.judgement.evidence]
        self.history_writer.note_broken(judged.judgement.broken)
        self.tally.note_dependent(judged.judgement.dependent)
        kept, findings = self._add(judged, evidence)
        observations = [
            (requirement, text)
            for name, text in judged.judgement.observed
            if (requirement := self.tally.observe(name, text, judged.exchange.id)) is not None
        ]
        kept += [requirement.id for requirement, _ in observations]
        suspicion = None if judged.judgement.suspicion is None else "raised" if suspect else "within another"
        moments = (judged.classification.made_at or now, now)
        self.event_writer.exchange(judged.exchange, kept, [one.id for one in findings], moments, suspicion)
        for finding in findings:
            self.event_writer.finding(finding)
        for requirement, text in observations:
            self.event_writer.observation(requirement, judged.exchange.id, text)

    def _add(self, judged: JudgedExchange, evidence: list[Evidence]) -> tuple[list[str], list[Finding]]:
        known: dict[tuple[str, ...], Plainness] = {}

        def circumstances(item: Evidence) -> Circumstances:
            before = self._before(judged, item)
            names = tuple(one.id for one in before)
            known[names] = known.get(names) or self._plainness(judged, before)
            return before, known[names]

        if judged.exchange.request.forced is not None:
            evidence = self.tally.only_forced(evidence)
        return self.tally.add(in_brief(judged.exchange), evidence, circumstances, judged.traits)

    def _plainness(self, judged: JudgedExchange, before: tuple[Exchange, ...]) -> Plainness:
        special, size = plainness(judged.exchange, judged.classification, self.oracle.contract, before)
        # A failure is plainer if nothing else was sent between the exchanges that show it.
        needed = {one.id for one in (judged.exchange, *before)}
        since = itertools.takewhile(lambda one: one.id != before[0].id, self._earlier(judged)) if before else ()
        others = sum(one.id not in needed for one in itertools.islice(since, _MOST_BETWEEN))
        return special + others, size

    def _described(self, judged: JudgedExchange, item: Evidence) -> Evidence:
        """Return evidence with a description of the exchange, if it is against the server and says nothing itself."""
        if item.held or item.observed:
            return item
        return replace(item, observed=self.describer.describe(item.requirement, judged.exchange, judged.classification))

    def _before(self, judged: JudgedExchange, broken: Evidence) -> tuple[Exchange, ...]:
        """Return the exchanges to send first to reproduce a fault: the repeated order and what followed it."""
        rule = broken.requirement[0]
        if rule in _IDENTITY:
            return tuple(itertools.islice(filter(_succeeded, self._earlier(judged)), 1))
        if rule == Rule.NOT_FROM_ANOTHER_ORDER:
            return tuple(itertools.islice(self._senders_of(broken.requirement[-1], judged), 1))
        known = self.history.relation(judged.classification.key)[1] if judged.classification.key else None
        if known is None or known.exchange not in {one.id for one in self._earlier(judged)}:
            reference = judged.classification.key.reference.encode() if judged.classification.key else b""
            same_key = (one for one in self._earlier(judged) if reference in one.request.body)
            return tuple(itertools.islice(same_key, 1)) if rule in _STORES_NOTHING and reference else ()
        first = self.exchanges[known.exchange]
        between: list[Exchange] = []
        if rule == Rule.DUPLICATE_AFTER_ORDERS:
            between += self._since(first, judged, _succeeded)
        if rule == Rule.DUPLICATE_AFTER_REJECTION:
            between += self._since(first, judged, lambda one: one.response is not None and not _succeeded(one))
        if rule == Rule.DUPLICATE_AFTER_CONFLICT:
            between.append(first)
        return (first, *between)

    def _senders_of(self, name: str, judged: JudgedExchange) -> Iterator[Exchange]:
        """Yield the earlier exchanges that sent what a response has in field `name`, newest first."""
        response = judged.exchange.response
        value = (read_object(response.body) if response else None) or {}
        for one in self._earlier(judged):
            if value.get(name) is not None and (read_body(one.request.body)[1] or {}).get(name) == value[name]:
                yield one

    def _since(self, first: Exchange, judged: JudgedExchange, matches: Callable[[Exchange], bool]) -> list[Exchange]:
        """Return the newest matching exchanges between `first` and `judged`, at most 8, oldest first."""
        since = itertools.takewhile(lambda one: one.id != first.id, self._earlier(judged))
        return list(itertools.islice(filter(matches, since), _BETWEEN))[::-1]

    def _earlier(self, judged: JudgedExchange) -> Iterator[Exchange]:
        """Yield the exchanges before `judged`, newest first; later ones may exist."""
        newer = itertools.dropwhile(lambda one: one.id != judged.exchange.id, reversed(self.exchanges.values()))
        return itertools.islice(newer, 1, None)


def _succeeded(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status in SUCCESS
