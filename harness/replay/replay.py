"""Replay a finding of a record: send the same requests with new references, and judge them by the same oracle."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.sender import Deliver, Sender
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import Evaluation, JudgedExchange
from orders_conformance.harness.engine.events import EventWriter
from orders_conformance.harness.errors import BrokenRunError
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.replay.loading import organisation
from orders_conformance.harness.replay.recorded import has_cookie
from orders_conformance.harness.replay.steps import Step, script, step_lists
from orders_conformance.harness.verdicts.tally import Tally
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.orders.references import References, run_prefix
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import ProbeResult


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of a replay.

    Attributes:
        requirement: the id of the requirement.
        fails: whether it still fails.
        observed: what the last request got: its status, or that there was no response.
        sent: the number of steps.
        expected: what the record expects.
        before: what the record says was observed.
        now: what was observed now, where it fails.
        steps: what was sent, in order.

    """

    requirement: str
    fails: bool
    observed: str
    sent: int
    expected: str = ""
    before: str = ""
    now: str | None = None
    steps: tuple[ReplayedStep, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayedStep:
    """A request that was sent again: the exchange of the record, its probe, what was observed then, and now."""

    exchange: str
    probe: str
    before: str
    now: str


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
        record: the record of the run, as `loading.load` returns it.
        finding: one of its findings.
        contract: the contract of the run.
        credentials: the right credentials.
        make_deliver: returns the function that sends requests, for the prefix of their references.
        budget: counts and limits the requests and orders; None for no limit.
        clock: returns seconds, monotonic.
        sleep: waits a number of seconds.

    Raises:
        BrokenRunError: the target cannot be reached, a limit was reached, or the request of the finding was not sent.

    """
    requirement = contract.requirements[finding["requirement"]]
    budget = budget or Budget(BudgetLimits(), contract.statuses.conflict)
    replayed = None
    for steps in step_lists(record, finding, requirement.family):
        orders = OrderFactory(contract, organisation(record, contract), References(run_prefix()))
        engine = _engine(requirement, orders, credentials, make_deliver(orders.prefix), budget, clock, sleep)
        results: list[ProbeResult] = []
        prefixes = (record.header["reference_prefix"], engine.orders.prefix)
        engine.perform(script(steps, credentials, *prefixes, results.append))
        outcome = _outcome(engine, requirement, steps, results)
        if outcome is not None:
            replayed = replace(
                outcome,
                expected=finding["expected"],
                before=finding["observed"],
                now=_now(engine, requirement),
                steps=tuple(_steps_sent(engine, steps, results)),
            )
        if replayed is not None and replayed.fails:
            break
    if replayed is None:
        message = (
            f"the request of {finding['id']} was not sent, or got no response that is evidence: see whether the target "
            "responds, and allow more with --max-wrong-logins if its credentials are wrong"
        )
        raise BrokenRunError(message)
    return replayed


def _outcome(
    engine: Engine, requirement: Requirement, steps: Sequence[Step], results: Sequence[ProbeResult]
) -> Replayed | None:
    """Return the result; None where the last request was not sent, or its response is no evidence."""
    count = engine.evaluation.tally.counts[requirement.id]
    name = (requirement.family, *requirement.subject)
    fails = count.broken > 0 or any(name in _suspected(judged) for judged in engine.unsettled)
    is_whole = len(results) == sum(len(step.exchanges) for step in steps)
    exchange = engine.evaluation.exchanges.get(results[-1].exchange or "") if is_whole else None
    if fails and count.plainest:
        exchange = count.plainest.exchange
    if exchange is not None and (fails or not exchange.blocked):
        observed = _observed(exchange.response.status if exchange.response else None)
        return Replayed(requirement.id, fails, observed, len(steps))
    if is_whole and has_cookie(steps[-1].exchanges[-1]) and engine.sender.cookies.header() is None:
        return Replayed(requirement.id, fails=False, observed="not sent: the target sets no cookie", sent=len(steps))
    return None


def _now(engine: Engine, requirement: Requirement) -> str | None:
    """Return what the plainest exchange shows that fails; None where none does."""
    plainest = engine.evaluation.tally.counts[requirement.id].plainest
    return None if plainest is None else engine.evaluation.event_writer.hide(plainest.observed)


def _steps_sent(engine: Engine, steps: Sequence[Step], results: Sequence[ProbeResult]) -> Iterator[ReplayedStep]:
    recorded = (exchange for step in steps for exchange in step.exchanges)
    for exchange, result in zip(recorded, results, strict=False):
        response, made = exchange["response"], engine.evaluation.exchanges.get(result.exchange or "")
        now = "not sent" if made is None else _observed(made.response.status if made.response else None)
        before = _observed(response["status"] if response else None)
        yield ReplayedStep(exchange["id"], exchange["probe"], before, now)


def _suspected(judged: JudgedExchange) -> tuple[Name, ...]:
    """Return the rules and subjects that an exchange raised a suspicion about: the order was rejected again."""
    suspicion = judged.judgement.suspicion
    return (*suspicion.candidates, suspicion.fallback, (Rule.COMBINATIONS,)) if suspicion else ()


def fewest_requests(record: Record, finding: Mapping[str, Any], contract: Contract) -> int:
    """Return the least number of requests that replay a finding."""
    steps = next(step_lists(record, finding, contract.requirements[finding["requirement"]].family))
    return sum(len(step.exchanges) for step in steps)


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
    sender = Sender(deliver, credentials, orders, budget, clock, orders.contract.media_types, sleep=sleep)
    return Engine(sender=sender, evaluation=evaluation, explain=_leave_unsettled, sleep=sleep)


def _leave_unsettled(*_arguments: Any, **_keywords: Any) -> bool:
    """Leave every suspicion unsettled: it suffices to know that the request was rejected again."""
    return False


def _observed(status: int | None) -> str:
    return "no response" if status is None else f"status {status}"
