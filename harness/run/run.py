"""One run from beginning to end: header, preflight, scripts, random traffic, verdicts, footer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime

from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.limits.rate import RateLimit
from orders_conformance.harness.client.sender import Sender
from orders_conformance.harness.client.target import deliver_within_limits
from orders_conformance.harness.diagnosis.diagnose import diagnose
from orders_conformance.harness.diagnosis.similar_fields import SimilarFields
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.engine.evaluation import Evaluation
from orders_conformance.harness.engine.events import EventWriter
from orders_conformance.harness.engine.forced import send_forced
from orders_conformance.harness.engine.recording import Recording
from orders_conformance.harness.errors import BrokenRunError, LimitReachedError, TargetUnavailableError, describe_bug
from orders_conformance.harness.ledger.names import OrderNames
from orders_conformance.harness.ledger.writer import LedgerWriter
from orders_conformance.harness.messages import suite
from orders_conformance.harness.oracle.history import History
from orders_conformance.harness.oracle.learning import HistoryWriter
from orders_conformance.harness.oracle.on_the_wire import without_wire
from orders_conformance.harness.oracle.oracle import Oracle
from orders_conformance.harness.run.conclusion import Conclusion, active_waivers, conclude
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.header_footer import header
from orders_conformance.harness.run.preflight import preflight
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.run.time_limit import limited
from orders_conformance.harness.verdicts.tally import Tally
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Script
from orders_conformance.strategies.scripts.declarations import CLOSING, EDGE_CASES, RANDOM
from orders_conformance.strategies.scripts.edge_cases import edge_cases
from orders_conformance.strategies.scripts.plan import Plan


def run(settings: Settings, environment: RunEnvironment) -> Conclusion:
    """Conduct a run, and return its conclusion.

    An error of the suite, an unusable target or an interrupt ends the run as broken; the record is complete also then.
    """
    interrupted = _is_interrupted(environment.before)
    environment = limited(environment, settings.profile.seconds)
    engine = _engine(settings, environment)
    started = environment.now()
    environment.sink(header(settings, engine, started))
    for note in (settings.remark, settings.narrowing_note, settings.without_note, *_deviation_notes(settings)):
        if note:
            engine.evaluation.event_writer.note(note)
    broken: str | None = None
    stopped: str | None = None
    try:
        if interrupted:
            raise KeyboardInterrupt  # noqa: TRY301 - it came before there was a record
        _send_everything(settings, engine, environment, started)
    except LimitReachedError as problem:
        stopped = str(problem)
        engine.evaluation.event_writer.note(stopped)
        # Findings so far remain valid; without a failure at a level that counts, the run could not judge.
        excused = active_waivers(settings, engine, started, complete=False)
        broken = None if _is_failed(settings, engine, excused) else stopped
    except BrokenRunError as problem:
        broken = str(problem)
    except KeyboardInterrupt:
        broken = "the run was interrupted: start it again to judge the rest"
    except Exception as bug:  # noqa: BLE001 - a bug of the suite must not look like the server's, nor end the record
        broken = describe_bug(bug)
    engine.sender.budget.end()
    return conclude(settings, engine, environment, started, broken=broken, stopped=stopped)


def _is_interrupted(before: Callable[[], object]) -> bool:
    """Whether an interrupt ended what comes first; a target that is unavailable is met again by the run."""
    try:
        with suppress(TargetUnavailableError):
            before()
    except KeyboardInterrupt:
        return True
    return False


def _deviation_notes(settings: Settings) -> tuple[str, ...]:
    return settings.deviations.notes if settings.deviations else ()


def _is_failed(settings: Settings, engine: Engine, excused: Collection[str]) -> bool:
    levels = {"must"} if settings.fail_on == "must" else {"must", "should"}
    return any(one.level in levels and one.id not in excused for one in engine.evaluation.tally.failed())


def _engine(settings: Settings, environment: RunEnvironment) -> Engine:
    orders = OrderFactory(settings.contract, settings.organisation, References(settings.prefix))
    oracle = Oracle(settings.contract, settings.credentials, settings.organisation)
    url = f"{settings.target}{settings.contract.path}"
    evaluation = Evaluation(
        oracle=oracle,
        tally=Tally(settings.contract, settings.selected, settings.lacking),
        event_writer=EventWriter(
            environment.sink,
            settings.credentials,
            oracle.credentials.variant,
            url,
            environment.headers,
            orders.prefix,
            Recording(settings.profile.record, environment.written),
        ),
        history_writer=HistoryWriter(settings.contract, History.of(settings.contract)),
        now=environment.now,
        judge_exchange=environment.judging(without_wire(oracle.judge) if settings.in_process else oracle.judge),
    )
    limits = BudgetLimits(settings.profile.requests, settings.profile.orders, settings.profile.wrong_logins)
    budget = Budget(limits, settings.contract.statuses.conflict, OrderNames(settings.contract, settings.prefix))
    rate_limit = RateLimit(settings.profile.rate, environment.clock, environment.sleep)
    return Engine(
        sender=Sender(
            deliver=deliver_within_limits(
                environment.transport,
                budget,
                settings.profile.retry_policy,
                rate_limit,
                settings.profile.server_errors,
                ledger_writer=_ledger_writer(settings, environment, evaluation.event_writer),
                clock=environment.clock,
                sleep=environment.sleep,
                now=environment.now,
            ),
            credentials=settings.credentials,
            orders=orders,
            budget=budget,
            clock=environment.clock,
            media_types=settings.contract.media_types,
            sleep=environment.sleep,
            slow_down=rate_limit.slow_down,
            longest_wait=settings.profile.retry_policy.longest_wait,
            now=environment.now,
            note=evaluation.event_writer.note,
        ),
        evaluation=evaluation,
        explain=diagnose,
        follow_up=SimilarFields() if settings.profile.spreading else lambda _engine, _judged: None,
        sleep=environment.sleep,
        wait=environment.wait,
        progress=environment.progress,
    )


def _ledger_writer(settings: Settings, environment: RunEnvironment, event_writer: EventWriter) -> LedgerWriter | None:
    if environment.ledger is None:
        return None
    ledger_writer = LedgerWriter(
        environment.ledger, settings.run, settings.contract, event_writer.prefix, event_writer.hide, environment.now
    )
    ledger_writer.begin(settings.target, suite.identity(), embedded=settings.embedded)
    return ledger_writer


def _send_everything(settings: Settings, engine: Engine, environment: RunEnvironment, started: datetime) -> None:
    preflight(engine)
    plan = scripts(settings, engine.orders)
    closing = plan.pop(CLOSING, None)
    for script in plan.values():
        engine.perform(script())
    if settings.sends(EDGE_CASES):
        engine.perform(edge_cases(engine.orders, settings.profile.plan_size, settings.credentials))
    if settings.sends(RANDOM):
        # Imported here, as in `environment.drawn`.
        from orders_conformance.harness.fuzzing.phase import FuzzingPhase  # noqa: PLC0415 - see above

        FuzzingPhase(engine, environment.draw(settings, started), started).perform()
    if closing:
        engine.perform(closing())
    engine.settle_at_last()
    if settings.forced is not None:
        send_forced(engine, settings.forced)


def scripts(settings: Settings, orders: OrderFactory) -> dict[str, Callable[[], Script]]:
    """Return the systematic scripts of a run that serve its requirements, by name, in order."""
    plan = Plan(orders, settings.profile.plan_size, settings.credentials).scripts()
    return {name: script for name, script in plan.items() if settings.sends(name)}
