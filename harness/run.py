"""One run from beginning to end: header, preflight, scripts, random traffic, verdicts, footer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata

from harness import isolation
from harness.conclusion import judge, why
from harness.engine import Engine
from harness.errors import BrokenRun, Restraint, fault_of_ours
from harness.evaluation import Evaluation
from harness.framing import SUITE, footer, header, untested
from harness.journal import Journal
from harness.ledger import Bookkeeping
from harness.oracle import Oracle
from harness.preflight import preflight
from harness.restraint import Allowance, Breaker, Budget, Pace, Restrained
from harness.retries import Retrying
from harness.sender import Sender
from harness.settings import Settings, Surroundings
from harness.spreading import Spreading
from harness.tally import Tally
from harness.verdict import Judged, Observed, Outcome, Verdict, outcome
from harness.waiving import Standing, standings, unheeded
from strategies.orders import Orders
from strategies.probe import Script
from strategies.rare import rare
from strategies.references import References
from strategies.systematic import CLOSING, Systematic


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a run ended: its outcome, why where that needs a word, and the verdict on each requirement."""

    outcome: Outcome
    reason: str | None
    verdicts: Mapping[str, Verdict]


def conduct(settings: Settings, around: Surroundings) -> Conclusion:
    """Conduct a run.

    Everything that goes wrong on our side, an interrupt included, ends the run as broken; the record is whole then too.
    """
    engine = _engine(settings, around)
    started = around.now()
    around.sink(header(settings, engine, started))
    broken: str | None = None
    whole = False
    try:
        _send_everything(settings, engine, around, started)
        whole = True
    except Restraint as problem:
        engine.evaluation.journal.note(str(problem))
        # What was found until then stands; without a finding that counts, the run could not judge.
        excused = _standings(settings, engine, started, whole=False)
        broken = None if _is_failed(settings, engine, excused) else str(problem)
    except BrokenRun as problem:
        broken = str(problem)
    except KeyboardInterrupt:
        broken = "the run was interrupted: start it again to judge the rest"
    except Exception as bug:  # noqa: BLE001 - a bug of ours must not look like the server's, nor cost the record
        broken = fault_of_ours(bug)
    engine.sender.allowance.end()
    _note_unheeded(settings, engine, started)
    return _conclude(settings, engine, around, _standings(settings, engine, started, whole=whole), broken)


def _is_failed(settings: Settings, engine: Engine, excused: Collection[str]) -> bool:
    levels = {"must"} if settings.fail_on == "must" else {"must", "should"}
    return any(one.level in levels and one.id not in excused for one in engine.evaluation.tally.failed())


def _engine(settings: Settings, around: Surroundings) -> Engine:
    orders = Orders(settings.contract, settings.organisation, References(settings.prefix))
    oracle = Oracle(settings.contract, settings.credentials, settings.organisation)
    url = f"{settings.target}{settings.contract.path}"
    evaluation = Evaluation(
        oracle=oracle,
        tally=Tally(settings.contract, settings.selected),
        journal=Journal(around.sink, settings.credentials, url, around.headers, orders.prefix),
        memory=oracle.memory(),
        now=around.now,
    )
    budget = Budget(settings.profile.requests, settings.profile.orders)
    allowance = Allowance(budget, settings.contract.statuses.conflict, evaluation.may_create)
    return Engine(
        sender=Sender(
            deliver=Retrying(
                _restrained(settings, around, allowance, _books(settings, around, evaluation.journal)),
                settings.profile.patience,
                around.sleep,
                around.clock,
                turn=Pace(settings.profile.rate, around.clock, around.sleep).wait,
                is_let_in=lambda request: oracle.is_let_in(request.authorization),
            ),
            credentials=settings.credentials,
            orders=orders,
            allowance=allowance,
            clock=around.clock,
            purpose=evaluation.purpose,
            is_damaged=oracle.is_damaged,
        ),
        evaluation=evaluation,
        explain=isolation.explain,
        follow_up=Spreading() if settings.profile.spreading else lambda _engine, _judged: None,
        sleep=around.sleep,
        wait=around.wait,
        progress=around.progress,
    )


def _restrained(
    settings: Settings, around: Surroundings, allowance: Allowance, books: Bookkeeping | None
) -> Restrained:
    """Put together the way to the target: every try keeps to the budget, and is in the books before it goes."""
    return Restrained(around.transport, allowance, Breaker(settings.profile.server_errors), books)


def _books(settings: Settings, around: Surroundings, journal: Journal) -> Bookkeeping | None:
    if around.ledger is None:
        return None
    books = Bookkeeping(around.ledger, settings.run, settings.contract, journal.prefix, journal.hide, around.now)
    books.begin(settings.target, {"name": SUITE, "version": metadata.version(SUITE)}, embedded=settings.embedded)
    return books


def _send_everything(settings: Settings, engine: Engine, around: Surroundings, started: datetime) -> None:
    preflight(engine)
    plan = scripts(settings, engine.orders)
    closing = plan.pop(CLOSING, None)
    for script in plan.values():
        engine.perform(script())
    if settings.profile.examples and settings.scripts is None:
        engine.perform(rare(engine.orders))
        # Imported here, as what is drawn.
        from harness.fuzzing import Fuzzing  # noqa: PLC0415 - see above

        Fuzzing(engine, around.draw(settings, started), started).perform()
    if closing:
        engine.perform(closing())
    engine.settle_at_last()


def scripts(settings: Settings, orders: Orders) -> dict[str, Callable[[], Script]]:
    """List the systematic scripts of a run that serve its requirements, by name."""
    plan = Systematic(orders, settings.profile.extent, settings.credentials).scripts()
    return {name: script for name, script in plan.items() if settings.scripts is None or name in settings.scripts}


def _conclude(
    settings: Settings, engine: Engine, around: Surroundings, standing: Mapping[str, Standing], broken: str | None
) -> Conclusion:
    judged: dict[str, Judged] = {}
    hide = engine.evaluation.journal.hide
    for identifier, count in engine.evaluation.tally.counts.items():
        level, stands = settings.contract.requirements[identifier].level, standing.get(identifier)
        judged[identifier] = one = judge(level, count.observed, stands)
        if one.verdict is Verdict.UNTESTED:
            gap = broken or untested(settings, engine, identifier)
            around.sink({"type": "untested", "requirement": identifier, "reason": hide(gap)})
        telling = stands if one.verdict is Verdict.WAIVED or one.stale else None
        around.sink(
            {
                "type": "verdict",
                "requirement": identifier,
                "verdict": one.verdict.value,
                "exchanges": count.held + count.broken,
                "against": count.broken,
                "reason": hide(telling.reason) if telling else None,
                "declared": telling.deviation.requirement if telling else None,
            }
        )
    narrowed = len(settings.selected) < len(settings.contract.requirements)
    result = outcome(judged.values(), fail_on=settings.fail_on, broken=broken is not None, narrowed=narrowed)
    reason = hide(broken) if broken else why(result, judged.values(), narrowed=narrowed)
    around.sink(footer(settings, engine, around.now(), result, reason, judged.values()))
    return Conclusion(result, reason, {identifier: one.verdict for identifier, one in judged.items()})


def _standings(settings: Settings, engine: Engine, started: datetime, *, whole: bool) -> Mapping[str, Standing]:
    """Tell what the declared deviations do to the requirements of the run, which was whole or cut short."""
    if settings.deviations is None:
        return {}
    narrowed = settings.scripts is not None
    entries, observed = settings.deviations.entries, _observed(settings, engine)
    return standings(entries, observed, started.date(), whole=whole, narrowed=narrowed)


def _note_unheeded(settings: Settings, engine: Engine, started: datetime) -> None:
    entries = settings.deviations.entries if settings.deviations else ()
    for one in unheeded(entries, _observed(settings, engine), started.date()):
        engine.evaluation.journal.note(
            f"the deviation declared for {one.requirement} expired on {one.expires}; nothing under it was tested"
        )


def _observed(settings: Settings, engine: Engine) -> Mapping[str, Observed]:
    """List what was shown of each requirement that can fail."""
    requirements, counts = settings.contract.requirements, engine.evaluation.tally.counts
    return {name: count.observed for name, count in counts.items() if requirements[name].level != "info"}
