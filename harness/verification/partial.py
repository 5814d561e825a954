"""Judge exchanges that were recorded in part: by their status, and else as the record says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orders_conformance.harness.engine.recording import LIMIT_REACHED
from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.oracle.evidence import Evidence, Judgement
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.verification.events import is_cut_needlessly, is_whole_request
from orders_conformance.reports.record.schema import Event
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule

# What is judged with the status and shows in a header: where headers were cut, it may have been among those left out.
_IN_HEADERS: frozenset[Name] = frozenset({(Rule.WWW_AUTHENTICATE,)})


class PartlyRecorded:
    """Judges the exchanges of one record that are cut or hidden."""

    def __init__(self, contract: Contract, oracle: Oracle, recorded: Iterable[Event]) -> None:
        """Gather what the record says of them.

        Args:
            contract: the contract.
            oracle: judges by it.
            recorded: the events of the record.

        """
        self._contract, self._oracle = contract, oracle
        self._findings: dict[str, Event] = {}
        self._observed: dict[str, list[tuple[str, str]]] = {}
        self._limit_reached = False
        # A narrowed run does not say of a response whether it belongs to the request.
        self._tells_own = False
        own = {one.id for one in contract.family(Rule.OWN_RESPONSE)}
        for one in recorded:
            if one["type"] == "verdict":
                self._tells_own = self._tells_own or one["requirement"] in own
            elif one["type"] == "finding":
                self._findings[one["id"]] = one
            elif one["type"] == "observation" and one["exchange"]:
                self._observed.setdefault(one["exchange"], []).append((one["requirement"], one["observed"]))
            elif one["type"] == "note" and one["text"].startswith(LIMIT_REACHED):
                self._limit_reached = True

    def judge(
        self, event: Event, exchange: Exchange, classification: Classification, history: History
    ) -> tuple[Judgement, list[str]]:
        """Judge an exchange by its status; return what it shows, and what of the record contradicts that.

        A response that belongs to another request shows nothing by its status.
        """
        recorded = self._as_recorded(event)
        kept = {item.requirement for item in recorded.evidence if item.held}
        if (self._tells_own and (Rule.OWN_RESPONSE,) not in kept) or not is_whole_request(event):
            return recorded, []
        by_status = self._oracle.judge_by_status(exchange, classification, history)
        unknown = _IN_HEADERS if "headers_cut" in (event["response"] or {}) else frozenset()
        broken = {item.requirement: item for item in by_status.broken if item.requirement not in unknown}
        faults = [
            f"the exchange {exchange.id} shows by its status that {requirement.id} was broken, and not kept"
            for name in broken
            if name in kept and (requirement := self._contract.find(*name)) is not None
        ]
        evidence = [item for item in recorded.evidence if not (item.held and item.requirement in broken)]
        known = {item.requirement for item in recorded.broken}
        evidence += [item for name, item in broken.items() if name not in known]
        return Judgement(tuple(evidence), recorded.observed, by_status.suspicion), faults

    def faults(self, event: Event, again: Event) -> Iterator[str]:
        """Name what a run would not have recorded so: a needless cut, or no suspicion where the status raises one.

        Args:
            event: the exchange.
            again: what judging it has shown.

        """
        name = event["id"]
        if "classified_at" not in event or is_cut_needlessly(event, limit_reached=self._limit_reached):
            yield f"the exchange {name} is marked as cut or hidden, which a run would not have done to it"
        elif "suspicion" in again and "suspicion" not in event:
            yield f"the exchange {name} raises suspicion by its status, which the record does not say"

    def _as_recorded(self, event: Event) -> Judgement:
        """Return what the record says that an exchange showed."""
        seen = self._observed.get(event["id"], ())
        observed = tuple((name, text) for one, text in seen for name in names(self._contract, [one]))
        others = {*event["bears_on"]} - {one for one, _ in seen}
        kept = (Evidence(name, held=True) for name in names(self._contract, sorted(others)))
        raised = (self._findings[one] for one in event["findings"] if one in self._findings)
        broken = [
            Evidence(name, held=False, expected=one["expected"], observed=one["observed"])
            for one in raised
            for name in names(self._contract, [one["requirement"]])
        ]
        return Judgement((*kept, *broken), observed)


def names(contract: Contract, identifiers: Iterable[str]) -> Iterator[Name]:
    """Yield family and subject of the requirements that the contract has."""
    known = (contract.requirements.get(one) for one in identifiers)
    return ((one.family, *one.subject) for one in known if one is not None)
