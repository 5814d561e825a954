"""Compare the observations of a run with what a drawn server does where the contract leaves a choice."""

from __future__ import annotations

from collections.abc import Iterator

from orders_conformance.harness.run.dry_run import DryRun
from orders_conformance.harness.verdicts.verdict import Verdict
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.rules import Rule

_DAY = 86400
# Rules whose observations are made in each run.
_ALWAYS = {Rule.NULL_OPTIONAL, Rule.UNKNOWN_PROPERTY, Rule.UNUSUAL_VALUES, Rule.MISSING_MEDIA_TYPE}


def contradictions(contract: Contract, behaviour: Behaviour, run: DryRun) -> Iterator[str]:
    """Yield each requirement of level info that was not observed, or whose observations do not say what was drawn."""
    seen: dict[str, set[int]] = {}
    for event in run.events:
        if event["type"] == "observation" and event["observed"][:3].isdigit():
            seen.setdefault(event["requirement"], set()).add(int(event["observed"][:3]))
    for identifier, requirement in contract.requirements.items():
        rule = requirement.family
        statuses = seen.get(identifier, set())
        if rule in _ALWAYS and run.conclusion.verdicts.get(identifier) is not Verdict.OBSERVED:
            yield f"not observed: {identifier}"
        elif statuses and not _agrees(rule, statuses, behaviour, contract):
            yield f"observed {sorted(statuses)}: {identifier}"


def _agrees(rule: str, statuses: set[int], behaviour: Behaviour, contract: Contract) -> bool:
    created, conflict = contract.statuses.created, contract.statuses.conflict
    match rule:
        case Rule.NULL_OPTIONAL:
            return (created in statuses) is (behaviour.null == "accepted")
        case Rule.UNKNOWN_PROPERTY:
            return created in statuses or behaviour.unknown_properties == "rejected"
        case Rule.MISSING_MEDIA_TYPE:
            return (created in statuses) is behaviour.missing_media_type_accepted
        case Rule.NEAR_INSTANT if not behaviour.duplicates_by_text:
            window = max(behaviour.window, behaviour.window_cut_to)
            return (conflict in statuses) if behaviour.window >= _DAY else bool(window or conflict not in statuses)
        case _:
            return True
