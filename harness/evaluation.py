"""Evaluating exchanges: each goes to the oracle, its evidence is counted and written, the memory learns from it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from harness.classification import Classification, Name
from harness.evidence import Evidence, Judgement
from harness.exchange import SUCCESS, Exchange, Request
from harness.journal import Journal
from harness.memory import Memory
from harness.oracle import Oracle
from harness.tally import Tally

# So many exchanges between an order and its repeat are named as what makes the order forgotten.
_BETWEEN = 8
_IDENTITY = {"unique_reference", "unique_link"}
_AFTER_REFUSAL = {"refusal_leaves_nothing", "unauthorized_leaves_nothing"}


@dataclass(frozen=True, slots=True)
class Judged:
    """An exchange with what the oracle saw in it and said of it."""

    exchange: Exchange
    seen: Classification
    judgement: Judgement

    @property
    def status(self) -> int | None:
        """The status of the reply, if there is one."""
        return self.exchange.reply.status if self.exchange.reply else None


@dataclass
class Evaluation:
    """The evaluation of one run.

    Attributes:
        now: tells the time of day.
        exchanges: every exchange that was judged, by id.

    """

    oracle: Oracle
    tally: Tally
    journal: Journal
    memory: Memory
    now: Callable[[], datetime]
    exchanges: dict[str, Exchange] = field(default_factory=dict)

    def classify(self, request: Request) -> Classification:
        """Say what the contract sees in a request."""
        return self.oracle.classify(request, self.now())

    def purpose(self, request: Request) -> str:
        """Name the requirement that a request is mainly sent for, by its id; empty where it serves none alone."""
        requirement = self.oracle.contract.find(*self.oracle.purpose(self.classify(request), self.memory))
        return requirement.id if requirement else ""

    def judge(self, unnamed: Exchange) -> Judged:
        """Give an exchange its id, judge it, count and write the evidence, and learn from it."""
        exchange = replace(unnamed, id=f"x{len(self.exchanges) + 1}")
        self.exchanges[exchange.id] = exchange
        now = self.now()
        seen = self.oracle.classify(exchange.request, now)
        judged = Judged(exchange, seen, self.oracle.judge(exchange, seen, self.memory, now))
        self._write(judged)
        self.oracle.learn(exchange, seen, self.memory)
        return judged

    def blame(self, judged: Judged, evidence: Evidence) -> None:
        """Count evidence that only came to light after its exchange was judged."""
        before = self._before(judged, (evidence,))
        for finding in self.tally.add(judged.exchange, (evidence,), before)[1]:
            self.journal.finding(finding)

    def observe(self, name: Name, text: str, exchange: Exchange | None) -> None:
        """Write down an observation, if it is new."""
        requirement = self.tally.observe(name, text, exchange.id if exchange else None)
        if requirement is not None:
            self.journal.observation(requirement, exchange.id if exchange else None, text)

    def _write(self, judged: Judged) -> None:
        evidence = judged.judgement.evidence
        kept, findings = self.tally.add(judged.exchange, evidence, self._before(judged, judged.judgement.broken))
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

    def _before(self, judged: Judged, broken: Iterable[Evidence]) -> tuple[Exchange, ...]:
        """The exchanges that have to come first to show the same again: what is repeated, and what came in between."""
        rules = {item.requirement[0] for item in broken}
        known = self.memory.relation(judged.seen.key)[1] if judged.seen.key else None
        if rules & _IDENTITY:
            return tuple(self._last(_succeeded))
        if known is None or known.exchange == judged.exchange.id:
            reference = judged.seen.key.reference.encode() if judged.seen.key else b""
            same_key = rules & _AFTER_REFUSAL and reference
            return tuple(self._last(lambda one: reference in one.request.body)) if same_key else ()
        first = self.exchanges[known.exchange]
        between: list[Exchange] = []
        if "duplicate_after_orders" in rules:
            between += self._since(first, _succeeded)
        if "duplicate_after_refusal" in rules:
            between += self._since(first, lambda one: one.reply is not None and not _succeeded(one))
        if "duplicate_after_conflict" in rules:
            between.append(first)
        return (first, *between)

    def _since(self, first: Exchange, wanted: Callable[[Exchange], bool]) -> list[Exchange]:
        """Find the newest few exchanges after a given one that are wanted, oldest first."""
        since = itertools.takewhile(lambda one: one.id != first.id, reversed(self.exchanges.values()))
        found = list(itertools.islice(filter(wanted, itertools.islice(since, 1, None)), _BETWEEN))
        return found[::-1]

    def _last(self, wanted: Callable[[Exchange], bool]) -> list[Exchange]:
        """Find the newest exchange before the one at hand that is wanted."""
        return list(itertools.islice(filter(wanted, itertools.islice(reversed(self.exchanges.values()), 1, None)), 1))


def _succeeded(exchange: Exchange) -> bool:
    return exchange.reply is not None and exchange.reply.status in SUCCESS
