"""What declared deviations do to the requirements of a run: excuse what deviates, or fail because they are stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orders_conformance.harness.inputs.deviations import Deviation
from orders_conformance.harness.verdicts.verdict import Declared, Observed


@dataclass(frozen=True, slots=True)
class Waiver:
    """What a deviation does to a requirement, and the words that go with the verdict."""

    declared: Declared
    deviation: Deviation
    reason: str


def waivers(
    deviations: Iterable[Deviation],
    observed: Mapping[str, Observed],
    today: date,
    *,
    whole: bool,
    narrowed: bool = False,
) -> Mapping[str, Waiver]:
    """Tell by requirement what the declared deviations do.

    One that names a requirement goes before patterns, and of patterns the first one goes. One is stale if it is
    expired, or if nothing deviates that it covers and that was tested. A stale one fails what deviates under it; where
    nothing does, it fails a single requirement, lest a wide pattern drown what really failed.

    Args:
        deviations: what was declared, in the order of the file.
        observed: what was shown of each requirement that can fail, by id, in the contract's order.
        today: the day of the run.
        whole: whether the run came to its end; else nothing is called stale.
        narrowed: whether it sent only what some of the contract's requirements need, so that it may have missed more.

    """
    declared = list(deviations)
    tested = [identifier for identifier, shown in observed.items() if shown is not Observed.NOTHING]
    governing = {identifier: deviation for identifier in tested if (deviation := _governing(declared, identifier))}
    given = {
        identifier: Waiver(Declared.IN_FORCE, deviation, deviation.reason)
        for identifier, deviation in governing.items()
        if not deviation.is_expired(today)
    }
    if not whole:
        return given
    for deviation in declared:
        covered = [identifier for identifier in tested if deviation.covers(identifier)]
        deviating = [identifier for identifier in covered if observed[identifier] is Observed.BROKEN]
        expired = deviation.is_expired(today)
        if not covered or (deviating and not expired):
            continue
        own = [identifier for identifier in covered if governing[identifier] is deviation]
        shown = [identifier for identifier in own if identifier in deviating]
        free = (one for one in (*own, *covered) if one not in given or given[one].declared is not Declared.STALE)
        reason = _why_expired(deviation, still=bool(deviating)) if expired else _why_idle(covered, narrowed=narrowed)
        reason = f"the deviation declared for {deviation.requirement} is stale: {reason}"
        for identifier in shown or [next(free, covered[0])]:
            given[identifier] = Waiver(Declared.STALE, deviation, reason)
    return given


def expired_and_untested(
    deviations: Iterable[Deviation], observed: Mapping[str, Observed], today: date
) -> tuple[Deviation, ...]:
    """Find expired deviations that fail nothing, because nothing that they cover was tested.

    Args:
        deviations: what was declared.
        observed: what was shown of each requirement that can fail, by id.
        today: the day of the run.

    """
    tested = [identifier for identifier, shown in observed.items() if shown is not Observed.NOTHING]
    return tuple(one for one in deviations if one.is_expired(today) and not any(map(one.covers, tested)))


def _governing(deviations: list[Deviation], identifier: str) -> Deviation | None:
    exact = (one for one in deviations if one.requirement == identifier)
    return next(exact, None) or next((one for one in deviations if one.covers(identifier)), None)


def _why_expired(deviation: Deviation, *, still: bool) -> str:
    todo = "still deviates: mend the target, or declare it anew" if still else "no longer deviates: remove it"
    return f"it expired on {deviation.expires}, and the target {todo}"


def _why_idle(covered: Sequence[str], *, narrowed: bool) -> str:
    if narrowed:
        return "the target did not deviate in this narrowed run; remove it if a whole run says the same"
    if len(covered) == 1:
        return "the target no longer deviates; remove it"
    return f"none of the {len(covered)} requirements under it that were tested deviates; remove it"
