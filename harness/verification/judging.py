"""Judge the exchanges of a record again, in their order, as the run did.

The oracle is a pure function of contract, exchange, classification and history; so the same exchanges give the same
evidence, findings and counts. What follow-up requests found is in the record as `evidence`, and has to have a reason
in the exchange that it names. An exchange that was cut or hidden cannot be judged again: what the record says counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from orders_conformance.harness.engine.evaluation import Evaluation, JudgedExchange
from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.oracle.on_the_wire import without_wire
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.verdicts.tally import SHRINK, Tally
from orders_conformance.harness.verification.events import Emitter, exchange_of, is_whole, moments
from orders_conformance.harness.verification.partial import PartlyRecorded, names
from orders_conformance.reports.record.schema import Event
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import Credentials

# Another program judges these: schemathesis.
ELSEWHERE = Rule.SCHEMATHESIS_CHECKS
# The right credentials are not in a record. Nothing is recognised by these, and nothing is hidden because of them.
_UNKNOWN = Credentials("client-key-that-no-record-has", "api-token-that-no-record-has")
# With what the bodies of earlier responses are compared: after one that was cut, these cannot be judged again.
_OF_EARLIER_BODIES = {Rule.UNIQUE_REF, Rule.UNIQUE_HREF, Rule.NOT_FROM_ANOTHER_ORDER, Rule.OWN_RESPONSE}


@dataclass(frozen=True, slots=True)
class Rejudged:
    """The result of judging a record again.

    Attributes:
        tally: the evidence on each requirement.
        made: the findings and observations that follow from the exchanges, in their order.
        faults: what does not follow from the exchanges, a line each.
        judged: how many exchanges were judged again.
        partial: how many could not be: they were cut or hidden.
        left_open: how many suspicions about wrong credentials were not settled, since no more could be sent.

    """

    tally: Tally
    made: tuple[Event, ...]
    faults: tuple[str, ...]
    judged: int
    partial: int
    left_open: int


def judge_again(header: Event, recorded: Iterable[Event], contract: Contract) -> Rejudged:
    """Judge the exchanges of a record again.

    Args:
        header: its header, which lists requirements of the contract only.
        recorded: its events.
        contract: the contract of the run.

    """
    again = _Judging(header, tuple(recorded), contract)
    again.perform()
    again.tally.excuse_consequences()
    return Rejudged(again.tally, tuple(again.made), tuple(again.faults), again.judged, again.partial, again.left_open)


@dataclass
class _Judging:
    header: Event
    recorded: tuple[Event, ...]
    contract: Contract
    faults: list[str] = field(default_factory=list)
    made: list[Event] = field(default_factory=list)
    judged: int = 0
    partial: int = 0
    left_open: int = 0

    def __post_init__(self) -> None:
        header, contract = self.header, self.contract
        started = date_time.parse(header["started_at"])
        if started is None:
            message = f"{header['started_at']} is no time"
            raise ValueError(message)
        self._started = self._now = started
        names = [name for name, one in contract.fields.items() if one.organisation]
        organisation = {name: header["settings"][name] for name in names if name in header["settings"]}
        oracle = Oracle(contract, _UNKNOWN, organisation, variant=lambda request: request.credentials)
        lacked = contract.lacked(header.get("without", ()))
        self.tally = Tally(contract, [one["id"] for one in header["requirements"]], lacked)
        url = f"{header['target']['url']}{contract.path}"
        self._emitted: list[Event] = []
        writer = Emitter(
            self._emitted.append,
            _UNKNOWN,
            lambda request: request.credentials,
            url,
            lambda _request: {},
            header["reference_prefix"],
        )
        history = HistoryWriter(contract, History.of(contract))
        self.evaluation = Evaluation(oracle, self.tally, writer, history, lambda: self._now, self._judge)
        self._oracle = oracle
        self._event: Event = header
        # The exchanges that a later event may refer to: keeping all of them takes hundreds of megabytes.
        self._of: dict[str, JudgedExchange] = {}
        self._partly: set[str] = set()
        # The exchanges whose suspicion is not settled, with the number of broken requirements at that time.
        self._raised: dict[str, int] = {}
        self._partial = PartlyRecorded(contract, oracle, self.recorded)

    def perform(self) -> None:
        """Judge every exchange, and follow what the record says that follow-up requests found."""
        for event in self.recorded:
            match event["type"]:
                case "exchange":
                    self._exchange(event)
                case "evidence":
                    self._evidence(event)
                case "settled":
                    self._settled(event)
                case "finding" if event["minimal"]:
                    self._simplified(event)
        self._check_unsettled()

    def _exchange(self, event: Event) -> None:
        exchange = exchange_of(event)
        self._event = event
        expected = f"x{len(self.evaluation.exchanges) + 1}"
        if exchange.id != expected:
            self.faults.append(
                f"the exchange {exchange.id} stands where {expected} should: exchanges are missing or moved"
            )
        classified_at, self._now = moments(event, self._started)
        classification = self._oracle.classify(exchange.request, classified_at)
        suspect = event.get("suspicion") != "within another"
        judged = self.evaluation.judge(exchange, classification, suspect=suspect)
        if _may_be_referred_to(judged) or not is_whole(event):
            self._of[exchange.id] = judged
        again, *others = self._emitted
        self._emitted.clear()
        self.made += others
        if is_whole(event):
            self.judged += 1
            self._compare(event, again)
        else:
            self.partial += 1
            self._partly.add(exchange.id)
            self.faults += () if self.is_former else self._partial.faults(event, again)
        if judged.judgement.suspicion is not None and suspect:
            self._raised[exchange.id] = self._broken()

    def _compare(self, event: Event, again: Event) -> None:
        name = event["id"]
        if not self.is_former and event.get("suspicion") != again.get("suspicion"):
            self.faults.append(
                f"the exchange {name}: judged again, it {'raises' if 'suspicion' in again else 'raises no'} suspicion"
            )
        said, shown = {*event["bears_on"]}, {*again["bears_on"]}
        if said == shown:
            return
        for requirement in sorted(said - shown - self._uncertain()):
            self.faults.append(f"the exchange {name} does not show that {requirement} was kept, as the record says")
        for requirement in sorted(shown - said - self._uncertain()):
            self.faults.append(f"the exchange {name} shows that {requirement} was kept, which the record does not say")

    @property
    def is_former(self) -> bool:
        """Whether the record is of the first version, which lacks the events of follow-up requests."""
        return bool(self.header["record_version"] == 1)

    def _uncertain(self) -> set[str]:
        """Return the requirements about which nothing can be said by now: bodies that they need were cut."""
        if not self.partial:
            return {one.id for one in self.contract.family(ELSEWHERE)}
        return {one.id for family in (ELSEWHERE, *_OF_EARLIER_BODIES) for one in self.contract.family(family)}

    def _judge(self, exchange: Exchange, classification: Classification, history: History, now: datetime) -> Judgement:
        """Judge an exchange; one that is not whole by its status, and else as the record says."""
        if is_whole(self._event) or self.is_former:
            judge = without_wire(self._oracle.judge) if "app" in self.header["settings"] else self._oracle.judge
            return judge(exchange, classification, history, now)
        judgement, faults = self._partial.judge(self._event, exchange, classification, history)
        self.faults += faults
        return judgement

    def _evidence(self, event: Event) -> None:
        """Count evidence of follow-up requests, if its exchange gives a reason for it."""
        name = next(names(self.contract, [event["requirement"]]), None)
        judged = self._of.get(event["exchange"])
        if name is None or judged is None or not (_has_reason(judged) or judged.exchange.id in self._partly):
            where = f"evidence against {event['requirement']} at the exchange {event['exchange']}"
            self.faults.append(f"the {where} does not follow from it")
            return
        suspicion = judged.judgement.suspicion
        if (
            suspicion is not None
            and suspicion.kind == "faults"
            and not any(map(self.tally.is_broken, suspicion.candidates))
        ):
            self.evaluation.history_writer.note_overlooked(suspicion.candidates)
        found = Evidence(name, held=False, expected=event["expected"], observed=event["observed"])
        self.evaluation.add_evidence(judged, found)
        self.made += [one for one in self._emitted if one["type"] != "evidence"]
        self._emitted.clear()

    def _settled(self, event: Event) -> None:
        before = self._raised.pop(event["exchange"], None)
        judged = self._of.get(event["exchange"])
        suspicion = judged.judgement.suspicion if judged else None
        if suspicion is None and event["exchange"] in self._partly:
            return
        if before is None or suspicion is None:
            self.faults.append(f"the exchange {event['exchange']} raises no suspicion that could be settled")
        elif self._broken() == before and not self._is_known(suspicion.candidates, suspicion.fallback):
            self.faults.append(
                f"the exchange {event['exchange']} shows that one of several requirements was broken, and the record "
                "says of none that it was"
            )

    def _is_known(self, candidates: Iterable[Name], fallback: Name) -> bool:
        return any(map(self.tally.is_broken, (*candidates, fallback)))

    def _check_unsettled(self) -> None:
        """Name the suspicions that nothing settled, unless the run ended before it could.

        One about wrong credentials stays open where no more of them may be sent.
        """
        footer = next((one for one in self.recorded if one["type"] == "footer"), None)
        early = footer is None or not footer.get("complete", True)
        for name in () if early or self.is_former else self._raised:
            suspicion = self._of[name].judgement.suspicion
            if self._limits_wrong_credentials and suspicion is not None and suspicion.kind == "credentials":
                self.left_open += 1
                continue
            self.faults.append(
                f"the exchange {name} shows that one of several requirements was broken, and the record does not say "
                "which"
            )

    @property
    def _limits_wrong_credentials(self) -> bool:
        """Whether the run had a limit of wrong logins, or met a target that locks the account."""
        blocked = any(one["type"] == "exchange" and one.get("blocked") for one in self.recorded)
        return blocked or "max-wrong-logins" in self.header["settings"]

    def _simplified(self, event: Event) -> None:
        """Add a finding with a simplified order, if its exchange breaks the requirement."""
        if any(one["type"] == "finding" and one["id"] == event["id"] for one in self.made):
            return
        judged, name = self._of.get(event["exchange"]), next(names(self.contract, [event["requirement"]]), None)
        if judged is None or name is None or judged.exchange.probe != SHRINK:
            return
        suspicion = judged.judgement.suspicion
        found = next((item for item in judged.judgement.broken if item.requirement == name), None)
        if found is None and suspicion is not None:
            found = Evidence(name, held=False, expected=suspicion.expected, observed=suspicion.observed)
        if found is not None:
            self.evaluation.add_simplified(judged, found)
            self.made += self._emitted
            self._emitted.clear()

    def _broken(self) -> int:
        return sum(self.tally.times_broken(name) for name in self._all_names)

    @property
    def _all_names(self) -> Iterable[Name]:
        return ((one.family, *one.subject) for one in self.contract.requirements.values())


def _may_be_referred_to(judged: JudgedExchange) -> bool:
    """Whether evidence, the end of a suspicion or a simplified finding may follow from an exchange later."""
    return _has_reason(judged) or judged.exchange.probe == SHRINK


def _has_reason(judged: JudgedExchange) -> bool:
    """Whether an exchange may have given evidence later: it raised a suspicion, or its order was lost at first."""
    return judged.judgement.suspicion is not None or judged.exchange.uncertain
