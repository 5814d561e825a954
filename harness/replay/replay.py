"""Replay a finding of a record: send the same requests with new references, and judge them by the same oracle."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from orders_conformance.harness.replay.checks import check_replayable
from orders_conformance.harness.replay.steps import script, step_lists
from orders_conformance.harness.verdicts.tally import Tally
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record, RecordError
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.references import References, run_prefix
from orders_conformance.strategies.orders.valid import OrderFactory


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of a replay: whether the requirement still fails, the observed status, and the number of steps."""

    requirement: str
    fails: bool
    observed: str
    sent: int


def open_record(path: Path) -> Record:
    """Read a record.

    Raises:
        InvalidInputError: the record cannot be read.

    """
    try:
        return read(path)
    except RecordError as error:
        raise InvalidInputError(str(error)) from error


def load(path: Path, identifier: str) -> tuple[Record, Mapping[str, Any]]:
    """Return a record, and its finding with an id, or its first finding on the requirement with that id.

    Raises:
        InvalidInputError: the record cannot be read, or has no such finding.

    """
    record = open_record(path)
    for finding in record.findings:
        if identifier in {finding["id"], finding["requirement"]}:
            return record, finding
    known = ", ".join(finding["id"] for finding in record.findings[:10]) or "none"
    message = (
        f"the record has no finding {identifier!r}: name one of its findings ({known}) or a requirement that failed"
    )
    raise InvalidInputError(message)


def replay_finding(  # noqa: PLR0913 - each is a dependency that a test replaces
    record: Record,
    finding: Mapping[str, Any],
    contract: Contract,
    credentials: Credentials,
    make_deliver: Callable[[str], Deliver],
    *,
    budget: Budget | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Replayed:
    """Send the exchanges of a finding again, with new references, and judge them.

    The record names the exchanges that the finding depends on, as far as they are known. If these do not fail again,
    more and more of the preceding exchanges are sent before it, in the end all: the failure may depend on the state of
    the server.

    Args:
        record: the record of the run.
        finding: one of its findings.
        contract: the contract of the run.
        credentials: the right credentials.
        make_deliver: returns the function that sends requests, for the prefix of their references.
        budget: counts and limits the requests and orders; None for no limit.
        clock: returns seconds, monotonic.
        sleep: waits a number of seconds.

    Raises:
        InvalidInputError: the record was made with another contract, or is damaged.
        BrokenRunError: the target cannot be reached, or a limit was reached.

    """
    check_replayable(record, finding, contract, credentials)
    requirement = contract.requirements[finding["requirement"]]
    budget = budget or Budget(BudgetLimits(), contract.statuses.conflict)
    replayed = Replayed(requirement.id, fails=False, observed="nothing was sent", sent=0)
    for steps in step_lists(record, finding, requirement.family):
        orders = OrderFactory(contract, _organisation(record, contract), References(run_prefix()))
        engine = _engine(requirement, orders, credentials, make_deliver(orders.prefix), budget, clock, sleep)
        engine.perform(script(steps, credentials, record.header["reference_prefix"], engine.orders.prefix))
        replayed = _outcome(engine, requirement, len(steps))
        if replayed.fails:
            break
    return replayed


def _outcome(engine: Engine, requirement: Requirement, sent: int) -> Replayed:
    count = engine.evaluation.tally.counts[requirement.id]
    name = (requirement.family, *requirement.subject)
    suspected = any(name in _suspected(judged) for judged in engine.unsettled)
    last = next(reversed(engine.evaluation.exchanges.values()))
    exchange = count.plainest.exchange if count.plainest else last
    observed = _observed(exchange.response.status if exchange.response else None)
    return Replayed(requirement.id, count.broken > 0 or suspected, observed, sent)


def _suspected(judged: JudgedExchange) -> tuple[Name, ...]:
    """Return the rules and subjects that an exchange raised a suspicion about: the order was rejected again."""
    suspicion = judged.judgement.suspicion
    return (*suspicion.candidates, suspicion.fallback, (Rule.COMBINATIONS,)) if suspicion else ()


def fewest_requests(record: Record, finding: Mapping[str, Any], contract: Contract) -> int:
    """Return the least number of requests that replay a finding."""
    steps = next(step_lists(record, finding, contract.requirements[finding["requirement"]].family))
    return sum(len(step.exchanges) for step in steps)


def _organisation(record: Record, contract: Contract) -> dict[str, str]:
    settings = record.header["settings"]
    return {field.name: settings[field.name] for field in contract.fields.values() if field.organisation}


def _engine(  # noqa: PLR0913, PLR0917 - each is a part of the engine
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
    return Engine(sender=sender, evaluation=evaluation, explain=_leave_unsettled, sleep=sleep)


def _leave_unsettled(*_arguments: Any, **_keywords: Any) -> bool:
    """Leave every suspicion unsettled: it suffices to know that the request was rejected again."""
    return False


def _observed(status: int | None) -> str:
    return "no response" if status is None else f"status {status}"
