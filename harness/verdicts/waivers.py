"""Apply declared deviations to the requirements of a run: waive broken ones, or fail because they are stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orders_conformance.harness.inputs.deviations import Deviation
from orders_conformance.harness.verdicts.verdict import Declared, Observed


@dataclass(frozen=True, slots=True)
class Waiver:
    """The effect of a deviation on a requirement, and the reason that is reported with the verdict."""

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
    """Return the waiver of each requirement that a declared deviation applies to, by its id.

    A deviation that names a requirement takes precedence over patterns, and an earlier pattern over later ones. A
    deviation is stale if it is expired, or if no tested requirement that it covers is broken, unless it may not show in
    a run. A stale deviation fails the broken requirements that it covers. If none is broken, it fails a single
    requirement, because a pattern that fails all its requirements would hide the real failures.

    Args:
        deviations: the declared deviations, in the order of the file.
        observed: what the run shows about each requirement that can fail, by id, in the contract's order.
        today: the day of the run.
        whole: whether the run came to its end; otherwise no deviation is stale.
        narrowed: whether the run sent only the requests for some requirements, and so may have missed a deviation.

    """
    declared = list(deviations)
    tested = [identifier for identifier, seen in observed.items() if seen is not Observed.NOTHING]
    governing = {identifier: deviation for identifier in tested if (deviation := _governing(declared, identifier))}
    by_requirement = {
        identifier: Waiver(Declared.IN_FORCE, deviation, deviation.reason)
        for identifier, deviation in governing.items()
        if not deviation.is_expired(today)
    }
    if not whole:
        return by_requirement
    for deviation in declared:
        covered = [identifier for identifier in tested if deviation.covers(identifier)]
        broken = [identifier for identifier in covered if observed[identifier] is Observed.BROKEN]
        expired = deviation.is_expired(today)
        if not covered or (broken and not expired) or (deviation.may and not expired):
            continue
        own = [identifier for identifier in covered if governing[identifier] is deviation]
        own_broken = [identifier for identifier in own if identifier in broken]
        free = (
            one
            for one in (*own, *covered)
            if one not in by_requirement or by_requirement[one].declared is not Declared.STALE
        )
        reason = _why_expired(deviation, still=bool(broken)) if expired else _why_not_needed(covered, narrowed=narrowed)
        reason = f"the deviation declared for {deviation.requirement} is stale: {reason}"
        for identifier in own_broken or [next(free, covered[0])]:
            by_requirement[identifier] = Waiver(Declared.STALE, deviation, reason)
    return by_requirement


def expired_and_untested(
    deviations: Iterable[Deviation], observed: Mapping[str, Observed], today: date
) -> tuple[Deviation, ...]:
    """Return the expired deviations that fail no requirement because none that they cover was tested.

    Args:
        deviations: the declared deviations.
        observed: what the run shows about each requirement that can fail, by id.
        today: the day of the run.

    """
    tested = [identifier for identifier, seen in observed.items() if seen is not Observed.NOTHING]
    return tuple(one for one in deviations if one.is_expired(today) and not any(map(one.covers, tested)))


def _governing(deviations: list[Deviation], identifier: str) -> Deviation | None:
    exact = (one for one in deviations if one.requirement == identifier)
    return next(exact, None) or next((one for one in deviations if one.covers(identifier)), None)


def _why_expired(deviation: Deviation, *, still: bool) -> str:
    todo = (
        "still deviates: fix the target, or declare the deviation again" if still else "no longer deviates: remove it"
    )
    return f"it expired on {deviation.expires}, and the target {todo}"


def _why_not_needed(covered: Sequence[str], *, narrowed: bool) -> str:
    if narrowed:
        return "the target did not deviate in this narrowed run; remove it if a whole run says the same"
    if len(covered) == 1:
        return "the target no longer deviates; remove it"
    return f"none of the {len(covered)} requirements under it that were tested deviates; remove it"
