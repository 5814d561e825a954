"""Make the verdicts and the outcome of a run from its evidence, and write them into the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.run.environment import RunEnvironment
from orders_conformance.harness.run.header_footer import footer, untested
from orders_conformance.harness.run.settings import Settings
from orders_conformance.harness.verdicts.features import Lack, hints, lacks, vacuous
from orders_conformance.harness.verdicts.summary import judge, why
from orders_conformance.harness.verdicts.verdict import Observed, Outcome, RequirementVerdict, Verdict, outcome
from orders_conformance.harness.verdicts.waivers import Waiver, expired_and_untested, waivers
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The result of a run.

    Attributes:
        outcome: its outcome, and the reason for it or None.
        reason: see `outcome`.
        verdicts: the verdict on each requirement by id.
        most_reserved: the most orders that existed, may have existed or were reserved at one time.
        wrong_logins: how many requests had the right client key and a wrong token.

    """

    outcome: Outcome
    reason: str | None
    verdicts: Mapping[str, Verdict]
    most_reserved: int = 0
    wrong_logins: int = 0


def conclude(  # noqa: PLR0913 - each is a part of what the run has shown
    settings: Settings,
    engine: Engine,
    environment: RunEnvironment,
    started: datetime,
    *,
    broken: str | None,
    stopped: str | None,
) -> Conclusion:
    """Write notes, verdicts and footer into the record, and return the conclusion of the run.

    Args:
        settings: the settings of the run.
        engine: the engine that performed it.
        environment: writes the record.
        started: when the run began.
        broken: why the run could not judge the target, or None.
        stopped: the limit that ended it early; None where it was complete.

    """
    whole = broken is None and stopped is None
    tally = engine.evaluation.tally
    tally.excuse_consequences()
    declared = lacks(settings.contract, settings.without, tally, whole=whole)
    for note in _notes(settings, engine, started, declared, whole=whole):
        engine.evaluation.event_writer.note(note)
    for feature, hint in hints(settings.contract, settings.without, tally) if whole else ():
        engine.evaluation.event_writer.note(hint, feature)
    waived = active_waivers(settings, engine, started, complete=whole)
    lacked = {name: declared[feature] for name, feature in settings.contract.lacked(settings.without).items()}
    verdicts = _Verdicts(settings, engine, lacked, broken, stopped)
    judged: dict[str, RequirementVerdict] = {}
    for identifier in tally.counts:
        requirement, waiver = settings.contract.requirements[identifier], waived.get(identifier)
        judged[identifier] = verdicts.verdict(requirement, waiver)
        for event in verdicts.events(requirement, judged[identifier], waiver):
            environment.sink(event)
    narrowed = len(settings.selected) < len(settings.contract.requirements)
    result = outcome(
        judged.values(),
        fail_on=settings.fail_on,
        broken=broken is not None,
        narrowed=narrowed,
        without=bool(settings.without),
    )
    explanation = (
        engine.evaluation.event_writer.hide(broken)
        if broken
        else why(result, judged.values(), narrowed=narrowed, without=settings.without)
    )
    environment.sink(footer(settings, engine, environment.now(), result, explanation, judged.values(), complete=whole))
    given, budget = {identifier: one.verdict for identifier, one in judged.items()}, engine.sender.budget
    return Conclusion(result, explanation, given, budget.peak, budget.wrong_logins.sent)


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """Makes the verdict on each requirement, and its events; `lacked`: the lack because of which it is not judged."""

    settings: Settings
    engine: Engine
    lacked: Mapping[str, Lack]
    broken: str | None
    stopped: str | None

    def verdict(self, requirement: Requirement, waiver: Waiver | None) -> RequirementVerdict:
        """Return the verdict on a requirement."""
        lack = self.lacked.get(requirement.id)
        if lack is not None and lack.stale == requirement.id:
            return RequirementVerdict(requirement.level, Verdict.FAILED, stale=True)
        if lack is not None or self._vacuous(requirement):
            return RequirementVerdict(requirement.level, Verdict.UNTESTED)
        count = self.engine.evaluation.tally.counts[requirement.id]
        return replace(judge(requirement.level, count.observed, waiver), forced=count.forced)

    def events(
        self, requirement: Requirement, given: RequirementVerdict, waiver: Waiver | None
    ) -> Iterator[Mapping[str, object]]:
        """Yield the events of a verdict: why a requirement is untested, and the verdict."""
        count, lack = self.engine.evaluation.tally.counts[requirement.id], self.lacked.get(requirement.id)
        hide = self.engine.evaluation.event_writer.hide
        if given.verdict is Verdict.UNTESTED:
            yield {
                "type": "untested",
                "requirement": requirement.id,
                "reason": hide(self._untested(requirement, lack)),
                **({"follows_from": count.follows_from} if count.is_excused else {}),
            }
        applied = waiver if lack is None and (given.verdict is Verdict.WAIVED or given.stale) else None
        reason = applied.reason if applied else lack.why_stale if lack and given.stale else None
        yield {
            "type": "verdict",
            "requirement": requirement.id,
            "verdict": given.verdict.value,
            "exchanges": count.held + count.broken,
            "against": count.broken,
            "reason": hide(reason) if reason else None,
            "declared": applied.deviation.requirement if applied else None,
            "lead": count.plainest.id if count.plainest else None,
            "in_common": count.in_common if lack is None else None,
            **({"without": lack.feature.name} if lack else {}),
            **({"forced": True} if given.forced else {}),
        }

    def _vacuous(self, requirement: Requirement) -> str | None:
        tally = self.engine.evaluation.tally
        if tally.counts[requirement.id].observed is not Observed.KEPT:
            return None
        return vacuous(requirement, self.settings.contract, tally)

    def _untested(self, requirement: Requirement, lack: Lack | None) -> str:
        if self.broken:
            return self.broken
        if lack is not None:
            return lack.declared
        return self._vacuous(requirement) or untested(self.settings, self.engine, requirement.id, self.stopped)


def _notes(
    settings: Settings, engine: Engine, started: datetime, declared: Mapping[str, Lack], *, whole: bool
) -> Iterator[str]:
    """Yield what the reader of the record has to know besides the verdicts."""
    entries = settings.deviations.entries if settings.deviations else ()
    for one in expired_and_untested(entries, _observed(settings, engine), started.date()):
        yield f"the deviation declared for {one.requirement} expired on {one.expires}; nothing under it was tested"
    if left_out := engine.evaluation.event_writer.recording.note():
        yield left_out
    yield from (lack.note for lack in declared.values() if lack.note)
    if whole:
        yield from _nothing_accepted(engine)


def _nothing_accepted(engine: Engine) -> Iterator[str]:
    """Yield a hint if no order was accepted, with the first rejection."""
    tally = engine.evaluation.tally
    finding = next((one for name, one in tally.plainest() if name.family == Rule.ACCEPTED), None)
    if finding is None or tally.is_kept((Rule.ACCEPTED,)):
        return
    yield (
        f"no order was accepted; the first was answered with {finding.observed}; values that your organisation defines "
        "are given with --organisation FIELD=VALUE"
    )


def active_waivers(settings: Settings, engine: Engine, started: datetime, *, complete: bool) -> Mapping[str, Waiver]:
    """Return the waivers of the declared deviations by requirement, for a run that was complete or ended early."""
    if settings.deviations is None:
        return {}
    narrowed = settings.scripts is not None
    entries, observed = settings.deviations.entries, _observed(settings, engine)
    return waivers(entries, observed, started.date(), whole=complete, narrowed=narrowed)


def _observed(settings: Settings, engine: Engine) -> Mapping[str, Observed]:
    """Return the evidence on each requirement that can fail and is judged, by id."""
    requirements, counts = settings.contract.requirements, engine.evaluation.tally.counts
    lacked = settings.lacking
    return {
        name: count.observed
        for name, count in counts.items()
        if requirements[name].level != "info" and name not in lacked
    }
