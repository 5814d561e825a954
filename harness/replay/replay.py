"""Replaying a finding of a record: the same requests with new references, judged by the same oracle."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orders_conformance.harness.client.limits import Budget, BudgetLimits
from orders_conformance.harness.client.sender import Deliver, Sender
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import Evaluation, JudgedExchange
from orders_conformance.harness.engine.events import EventWriter
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.verdicts.tally import Tally
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record, RecordError
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import RIGHT, Credentials
from orders_conformance.strategies.orders.references import References, run_prefix
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import JSON, Pause, Probe, Script, Send, Together

_AT_ONCE = 5
# Seconds between two exchanges from which on the time that passed is sent again too.
_PAUSE = 1.0
# How much of what came before an exchange is sent again, where less did not show the fault.
_LENGTHS = (8, 32, 128)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: whether the requirement is still broken, what was observed, and after how many steps."""

    requirement: str
    fails: bool
    observed: str
    sent: int


@dataclass(frozen=True, slots=True)
class _Step:
    """Exchanges of a record that are sent at once, after a pause in seconds."""

    exchanges: tuple[Mapping[str, Any], ...]
    pause: float = 0.0


def open_record(path: Path) -> Record:
    """Read a record.

    Raises:
        InvalidInputError: it cannot be read.

    """
    try:
        return read(path)
    except RecordError as error:
        raise InvalidInputError(str(error)) from error


def load(path: Path, wanted: str) -> tuple[Record, Mapping[str, Any]]:
    """Find a finding in a record by its id, or the first one of a requirement by the requirement's.

    Raises:
        InvalidInputError: the record cannot be read, or has no such finding.

    """
    record = open_record(path)
    for finding in record.findings:
        if wanted in {finding["id"], finding["requirement"]}:
            return record, finding
    known = ", ".join(finding["id"] for finding in record.findings[:10]) or "none at all"
    message = f"the record has no finding {wanted!r}: name one of its findings ({known}) or a requirement that failed"
    raise InvalidInputError(message)


def replay_finding(  # noqa: PLR0913 - each is a dependency that a test replaces
    record: Record,
    finding: Mapping[str, Any],
    contract: Contract,
    credentials: Credentials,
    way: Callable[[str], Deliver],
    *,
    budget: Budget | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Replayed:
    """Send the exchanges of a finding again, with new references, and judge them.

    What has to come first is in the record as far as it is known. Where that does not show the fault again, more and
    more of what the run had sent before follows, at last all of it: the fault may lie in the server's state.

    Args:
        record: of the run.
        finding: one of its findings.
        contract: the one of the run.
        credentials: the right ones.
        way: makes what sends requests whose references begin with a prefix.
        budget: counts what is sent, and says what may be; None for no limit.
        clock: seconds that only grow.
        sleep: waits.

    Raises:
        InvalidInputError: the record was made by another contract.
        BrokenRunError: the target cannot be reached, or no more may be sent.

    """
    if record.header["contract"]["digest"] != contract.digest:
        message = "the record was made by another version of the contract: name that file with --contract"
        raise InvalidInputError(message)
    requirement = contract.requirements[finding["requirement"]]
    budget = budget or Budget(BudgetLimits(), contract.statuses.conflict)
    replayed = Replayed(requirement.id, fails=False, observed="nothing was sent", sent=0)
    for steps in _histories(record, finding, requirement.family):
        orders = OrderFactory(contract, _organisation(record, contract), References(run_prefix()))
        engine = _engine(requirement, orders, credentials, way(orders.prefix), budget, clock, sleep)
        engine.perform(_script(steps, credentials, record.header["reference_prefix"], engine.orders.prefix))
        replayed = _outcome(engine, requirement, len(steps))
        if replayed.fails:
            break
    return replayed


def _histories(record: Record, finding: Mapping[str, Any], family: str) -> Iterator[Sequence[_Step]]:
    """Enumerate what to send, ending with the exchange itself: the least that may do, then ever more."""
    last = record.exchanges[finding["exchange"]]
    before = [record.exchanges[name] for name in finding.get("before", ())]
    if family == Rule.DUPLICATE_CONCURRENT:
        yield [*(_Step((one,)) for one in before if one["group"] != last["group"]), _Step((last,) * _AT_ONCE)]
    else:
        pause = _gap(before[-1], last) if before and family == Rule.DUPLICATE_AFTER_PAUSE else 0.0
        yield [*(_Step((one,)) for one in before), _Step((last,), pause)]
    whole = _steps(record, last)
    yield from (whole[-length - 1 :] for length in _LENGTHS if length < len(whole) - 1)
    yield whole


def _steps(record: Record, last: Mapping[str, Any]) -> list[_Step]:
    """List all that was sent until an exchange came back: what was sent at once is one step, and pauses are kept."""
    steps: list[_Step] = []
    previous: Mapping[str, Any] | None = None
    for exchange in record.exchanges.values():
        if exchange["group"] is not None and previous is not None and previous["group"] == exchange["group"]:
            steps[-1] = replace(steps[-1], exchanges=(*steps[-1].exchanges, exchange))
        elif last in (steps[-1].exchanges if steps else ()):
            break
        else:
            gap = _gap(previous, exchange) if previous else 0.0
            steps.append(_Step((exchange,), gap if gap >= _PAUSE else 0.0))
        previous = exchange
    return steps


def _gap(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> float:
    return max(0.0, float(later["at"] - earlier["at"] - earlier["elapsed"]))


def _outcome(engine: Engine, requirement: Requirement, sent: int) -> Replayed:
    count = engine.evaluation.tally.counts[requirement.id]
    name = (requirement.family, *requirement.subject)
    suspected = any(name in _suspected(judged) for judged in engine.unsettled)
    last = next(reversed(engine.evaluation.exchanges.values()))
    telling = count.findings[0].exchange if count.findings else last
    observed = _shown(telling.response.status if telling.response else None)
    return Replayed(requirement.id, count.broken > 0 or suspected, observed, sent)


def _suspected(judged: JudgedExchange) -> tuple[Name, ...]:
    """Name what an exchange raised a suspicion about: the order was refused again, whatever the reason."""
    suspicion = judged.judgement.suspicion
    return (*suspicion.candidates, suspicion.fallback, (Rule.COMBINATIONS,)) if suspicion else ()


def least(record: Record, finding: Mapping[str, Any], contract: Contract) -> int:
    """Count the requests that a finding needs at least to be sent again."""
    steps = next(_histories(record, finding, contract.requirements[finding["requirement"]].family))
    return sum(len(step.exchanges) for step in steps)


def _organisation(record: Record, contract: Contract) -> dict[str, str]:
    settings = record.header["settings"]
    return {field.name: settings[field.name] for field in contract.fields.values() if field.organisation}


def _engine(  # noqa: PLR0913, PLR0917 - what an engine is made of
    requirement: Requirement,
    orders: OrderFactory,
    credentials: Credentials,
    deliver: Deliver,
    budget: Budget,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Engine:
    oracle = Oracle(orders.contract, credentials, orders.organisation)
    evaluation = Evaluation(
        oracle=oracle,
        tally=Tally(orders.contract, [requirement.id]),
        event_writer=EventWriter(
            lambda _event: None, credentials, oracle.credentials.variant, "", lambda _request: {}, orders.prefix
        ),
        history_writer=HistoryWriter(orders.contract, History.of(orders.contract)),
        now=lambda: datetime.now(UTC),
    )
    sender = Sender(deliver, credentials, orders, budget, clock, orders.contract.media_types)
    return Engine(sender=sender, evaluation=evaluation, explain=_leave, sleep=sleep)


def _leave(*_arguments: Any, **_words: Any) -> bool:
    """Leave every suspicion unsettled: it is enough to know that the request was refused again."""
    return False


def _probe(exchange: Mapping[str, Any], credentials: Credentials, old: str, new: str) -> Probe:
    request = exchange["request"]
    body = request["body"]
    content = body["text"].encode() if "text" in body else base64.b64decode(body["base64"])
    # Some references are another one in small letters.
    for spelt in (str, str.lower):
        content = content.replace(spelt(old).encode(), spelt(new).encode())
    headers = {name.lower(): value for name, value in request["headers"]}
    near = credentials.near_headers().get(exchange["probe"].removeprefix("credentials/"))
    return Probe(
        exchange["probe"],
        content,
        credentials=request["credentials"] if near is None else RIGHT,
        authorization=near,
        content_type=headers.get("content-type") if headers else JSON,
        connection=exchange["connection"],
    )


def _script(steps: Sequence[_Step], credentials: Credentials, old: str, new: str) -> Script:
    for step in steps:
        if step.pause:
            yield Pause(step.pause)
        probes = [_probe(exchange, credentials, old, new) for exchange in step.exchanges]
        if len(probes) == 1:
            yield Send(probes[0])
        else:
            lanes = (replace(probe, connection=f"racer-{lane}") for lane, probe in enumerate(probes))
            yield Together(tuple(lanes))


def _shown(status: int | None) -> str:
    return "no answer" if status is None else f"status {status}"
