"""Compare the verdicts of a record with what its exchanges show when they are judged again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from orders_conformance.harness.messages.suite import version
from orders_conformance.harness.redaction.matcher import HIDDEN
from orders_conformance.harness.verdicts.features import vacuous
from orders_conformance.harness.verdicts.summary import sentence
from orders_conformance.harness.verdicts.tally import Count, Tally
from orders_conformance.harness.verdicts.verdict import Observed, Outcome, RequirementVerdict, Verdict, outcome
from orders_conformance.harness.verification.events import made_by_id
from orders_conformance.harness.verification.judging import ELSEWHERE, Rejudged, judge_again
from orders_conformance.reports.record.schema import Event
from orders_conformance.spec.contract import Contract

# What a requirement whose exchanges show something may have been given; a declared deviation decides which.
_ALLOWED: Mapping[Observed, frozenset[str]] = {
    Observed.NOTHING: frozenset({Verdict.UNTESTED}),
    Observed.KEPT: frozenset({Verdict.PASSED, Verdict.OBSERVED}),
    Observed.BROKEN: frozenset({Verdict.FAILED, Verdict.WAIVED, Verdict.OBSERVED}),
}
_COMPARED = ("requirement", "exchange", "before", "expected", "observed", "minimal")
# Commands with these credentials are made of what is in the record; others were made of the wrong header that was sent.
_REPEATABLE = {"right", "none"}


@dataclass(frozen=True, slots=True)
class Result:
    """What judging a record again has shown.

    Attributes:
        faults: what does not follow from the exchanges, a line each.
        judged: how many exchanges were judged again.
        partial: how many could not be, because they were cut or hidden.
        left: why the record was not judged again; None where it was.
        left_open: how many suspicions about wrong credentials the run could not settle.

    """

    faults: tuple[str, ...] = ()
    judged: int = 0
    partial: int = 0
    left: str | None = None
    left_open: int = 0


def compare(recorded: Iterable[Event], contract: Contract) -> Result:
    """Judge the exchanges of a record again, and compare what it says with what they show.

    Args:
        recorded: its events, in order.
        contract: the contract to judge by; if it is another one than that of the record, nothing is judged.

    """
    events = tuple(recorded)
    header = events[0]
    if header["contract"]["digest"] != contract.digest:
        return Result(left="it was judged by another contract")
    if header["suite"]["version"] != version():
        return Result(
            left=f"it was judged by version {header['suite']['version']} of the suite, and this is {version()}"
        )
    if strange := next(_strange_requirements(header, contract), None):
        return Result((strange,))
    try:
        again = judge_again(header, events, contract)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as problem:
        # No run writes such events, although each of them is valid by itself.
        return Result((f"the exchanges cannot be judged again: {type(problem).__name__}: {problem}",))
    if header["record_version"] == 1:
        return Result(tuple(_greener(events, again)), again.judged, again.partial)
    faults = [
        *again.faults,
        *_findings(events, again),
        *_observations(events, again, contract),
        *_verdicts(events, again, contract, contract.lacked(header.get("without", ()))),
        *_footer(events, header, contract),
    ]
    return Result(tuple(faults), again.judged, again.partial, left_open=again.left_open)


def _strange_requirements(header: Event, contract: Contract) -> Iterator[str]:
    for one in header["requirements"]:
        known = contract.requirements.get(one["id"])
        if known is None:
            yield f"the header lists {one['id']}, which the contract does not have"
        elif (known.level, known.sentence, known.source) != (one["level"], one["sentence"], one["source"]):
            yield f"the header has another level, sentence or source of {one['id']} than the contract"


def _greener(events: tuple[Event, ...], again: Rejudged) -> Iterator[str]:
    """Name requirements that passed although an exchange shows a violation; of the first version no more is known."""
    passed = [one["requirement"] for one in events if one["type"] == "verdict" and one["verdict"] == Verdict.PASSED]
    for name in passed:
        count = again.tally.counts.get(name)
        if count is not None and count.observed is Observed.BROKEN:
            yield f"{name} is passed, and {_shown(count)} a violation"


def _findings(events: tuple[Event, ...], again: Rejudged) -> Iterator[str]:
    made, recorded = made_by_id(again.made), made_by_id(events)
    credentials = {one["id"]: one["request"]["credentials"] for one in events if one["type"] == "exchange"}
    cut = _exchanges_cut_off(events)
    for name, one in made.items():
        if name not in recorded and one["exchange"] not in cut:
            yield f"the finding {name} is missing: the exchange {one['exchange']} broke {one['requirement']}"
    for name, one in recorded.items():
        if name not in made:
            yield f"the finding {name} does not follow: {one['exchange']} did not break {one['requirement']}"
            continue
        with_curl = all(credentials.get(sent) in _REPEATABLE for sent in (one["exchange"], *one.get("before", ())))
        compared = (*_COMPARED, "curl") if with_curl else _COMPARED
        different = [
            part for part in compared if part in one and one[part] != made[name][part] and HIDDEN not in str(one[part])
        ]
        if different:
            yield f"the finding {name} has another {different[0]} than its exchange shows"


def _observations(events: tuple[Event, ...], again: Rejudged, contract: Contract) -> Iterator[str]:
    elsewhere = {one.id for one in contract.family(ELSEWHERE)}

    def counted(among: Iterable[Event]) -> Counter[tuple[str, str, str]]:
        return Counter(
            (one["requirement"], one["exchange"], one["observed"])
            for one in among
            if one["type"] == "observation" and one["requirement"] not in elsewhere
        )

    made, recorded = counted(again.made), counted(events)
    cut = _exchanges_cut_off(events)
    for requirement, exchange, _ in made - recorded:
        if exchange not in cut:
            yield f"an observation of {requirement} at the exchange {exchange} is missing"
    for requirement, exchange, _ in recorded - made:
        yield f"an observation of {requirement} does not follow from the exchange {exchange}"


def _exchanges_cut_off(events: tuple[Event, ...]) -> frozenset[str]:
    """Return the exchanges whose findings a run that was killed may not have written any more: none if it ended."""
    if any(one["type"] == "footer" for one in events):
        return frozenset()
    exchanges = (one["id"] for one in reversed(events) if one["type"] == "exchange")
    return frozenset({*islice(exchanges, 1), events[-1].get("exchange") or ""})


def _allowed(one: Event, count: Count, contract: Contract, tally: Tally) -> frozenset[str]:
    """Return the verdicts that a requirement may have by the exchanges and by what was declared."""
    allowed = _ALLOWED[count.observed]
    if one.get("without") is not None:
        # A declared lack is stale only where the target was seen to have the feature.
        stale = {Verdict.FAILED} if count.observed is Observed.KEPT else set()
        return frozenset({Verdict.UNTESTED} | stale)
    if count.observed is Observed.KEPT:
        if one.get("declared") is not None:
            allowed |= {Verdict.FAILED}
        if vacuous(contract.requirements[one["requirement"]], contract, tally):
            return frozenset({Verdict.UNTESTED})
    return allowed


def _verdicts(
    events: tuple[Event, ...], again: Rejudged, contract: Contract, lacked: Mapping[str, str]
) -> Iterator[str]:
    elsewhere = {one.id for one in contract.family(ELSEWHERE)}
    for one in events:
        if one["type"] != "verdict" or one["requirement"] in elsewhere or one["requirement"] not in again.tally.counts:
            continue
        name, count = one["requirement"], again.tally.counts[one["requirement"]]
        lack = one.get("without")
        if lack is not None and lacked.get(name) != lack:
            yield f"the verdict on {name} names the lack of {lack}, and it needs another feature or none"
        if one.get("forced", False) != (count.forced and lack is None and one["verdict"] != Verdict.UNTESTED):
            yield f"the verdict on {name} is wrong about whether forced responses alone show something about it"
        if one["verdict"] not in _allowed(one, count, contract, again.tally):
            yield f"{name} is {one['verdict']}, and {_shown(count)} {_what(count)}"
        lost = again.partial
        for what, said, counted in (
            ("tested", one["exchanges"], count.held + count.broken),
            ("failed", one["against"], count.broken),
        ):
            if not counted <= said <= counted + lost:
                yield f"{said} exchanges {what} {name}, the record says; judged again, it is {counted}"
        lead = count.plainest.id if count.plainest else None
        in_common = count.in_common if lack is None else None
        if not lost and (one.get("lead"), one.get("in_common")) != (lead, in_common):
            yield f"the verdict on {name} names another finding or other circumstances than its exchanges show"


def _footer(events: tuple[Event, ...], header: Event, contract: Contract) -> Iterator[str]:
    """Compare the outcome, its sentence and the numbers of the footer with verdicts and exchanges."""
    footer = next((one for one in events if one["type"] == "footer"), None)
    if footer is None:
        return
    levels = {one["id"]: one["level"] for one in header["requirements"]}
    judged = [
        RequirementVerdict(
            levels[one["requirement"]],
            Verdict(one["verdict"]),
            stale=one["verdict"] == Verdict.FAILED and (one.get("declared") or one.get("without")) is not None,
            forced=one.get("forced", False),
        )
        for one in events
        if one["type"] == "verdict" and one["requirement"] in levels
    ]
    broken = footer["outcome"] == Outcome.BROKEN
    narrowed = len(levels) < len(contract.requirements)
    without = bool(header.get("without"))
    follows = outcome(judged, fail_on=header["fail_on"], broken=broken, narrowed=narrowed, without=without)
    if footer["outcome"] != follows:
        yield f"the outcome is {footer['outcome']}, and {follows} by the verdicts"
    traffic = footer["traffic"]
    perhaps = f" and perhaps {traffic['orders_possible']} more" if traffic.get("orders_possible") else ""
    cost = f"{traffic['requests']} requests created {traffic['orders_created']} orders{perhaps}"
    if footer["summary"] != sentence(follows, judged, header["fail_on"], cost):
        yield "the sentence of the outcome is not that of the verdicts and the traffic"
    exchanges = [one for one in events if one["type"] == "exchange"]
    sent = sum(1 + len(one["attempts"]) for one in exchanges)
    if traffic["requests"] < sent:
        yield f"the record has {sent} requests, and says that {traffic['requests']} were sent"
    if not footer.get("complete", True) and footer["outcome"] in {Outcome.CONFORMANT, Outcome.PARTIAL}:
        yield f"the outcome is {footer['outcome']}, and the run ended early"


def _shown(count: Count) -> str:
    number = count.broken or count.held
    return f"{number} exchange{'' if number == 1 else 's'} {'shows' if number == 1 else 'show'}"


def _what(count: Count) -> str:
    if count.observed is Observed.NOTHING:
        return "nothing about it"
    return "a violation" if count.observed is Observed.BROKEN else "that it was kept"
