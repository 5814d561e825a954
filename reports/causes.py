"""Groups what failed by what is likely to be one cause, and says in plain words what is broken.

Requirements have one cause if they need the same feature of the target and most that need it failed, if the same
exchange shows them most plainly, if they are about the same field, or if they say the same of several fields.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orders_conformance.reports.record.schema import LEVELS
from orders_conformance.reports.sentences import counts, is_stale

if TYPE_CHECKING:
    from orders_conformance.reports.summary import Report

# As many are several. A feature is the cause if so many requirements that need it failed, and at least this part of
# those that were judged.
_FEW, _MOST = 3, 0.5
_DUTY = re.compile(r"\b(?:MUST|SHOULD)( NOT)?( be)?\b")
_DENIED = {(False, False): "does not", (True, False): "does", (False, True): "is not", (True, True): "is"}
_STATUS = re.compile(r"\d{3}\b")
_FIELD_SEGMENT = 2


@dataclass(frozen=True, slots=True)
class Cause:
    """Requirements that failed for what is likely to be one reason; the first one leads.

    Attributes:
        requirements: those of the highest level first, and of these the one with the smallest reproduction.
        feature: the feature of the target that all need; None where that is not the reason.
        sentence: what is broken, in plain words.
        levels: how many requirements of which level failed.

    """

    requirements: tuple[Report, ...]
    feature: str | None
    sentence: str
    levels: str

    @property
    def lead(self) -> Report:
        """The requirement that leads."""
        return self.requirements[0]


def causes(requirements: Sequence[Report], fail_on: str) -> list[Cause]:
    """Return the causes of all failures: those that count first, and of these the smallest reproduction first."""
    failed = [requirement for requirement in requirements if requirement["verdict"] == "failed"]
    features = _missing_features(requirements)
    grouped: dict[str, list[Report]] = {}
    others: list[Report] = []
    for requirement in failed:
        feature = next((name for name in requirement["needs"] if name in features), None)
        if feature is None or not requirement["findings"]:
            others.append(requirement)
        else:
            grouped.setdefault(feature, []).append(requirement)
    found = [_cause(members, feature) for feature, members in grouped.items()]
    found += [_cause(members, None) for members in _connected(others)]
    return sorted(found, key=lambda cause: (not any(counts(one, fail_on) for one in cause.requirements), _order(cause)))


def _missing_features(requirements: Iterable[Report]) -> set[str]:
    judged: defaultdict[str, list[bool]] = defaultdict(list)
    for requirement in requirements:
        if requirement["verdict"] in {"passed", "failed"}:
            for feature in requirement["needs"]:
                judged[feature].append(requirement["verdict"] == "failed")
    return {name for name, broken in judged.items() if sum(broken) >= max(_FEW, _MOST * len(broken))}


def _connected(requirements: Sequence[Report]) -> list[list[Report]]:
    """Put together what shares an exchange or a field with another one, directly or through others."""
    rules = Counter(_rule(requirement) for requirement in requirements)
    groups: list[tuple[set[str], list[Report]]] = []
    for requirement in requirements:
        keys, members = _keys(requirement), [requirement]
        if rules[_rule(requirement)] >= _FEW:
            keys.add(f"rule {_rule(requirement)}")
        apart = []
        for known, others in groups:
            if known & keys:
                keys, members = known | keys, [*others, *members]
            else:
                apart.append((known, others))
        groups = [*apart, (keys, members)]
    return [members for _keys_of, members in groups]


def _rule(requirement: Report) -> str:
    """Return the id of a requirement without the field that it is about."""
    segments = requirement["id"].split("/")
    return "/".join((*segments[:_FIELD_SEGMENT], "*", *segments[_FIELD_SEGMENT + 1 :]))


def _keys(requirement: Report) -> set[str]:
    segments = requirement["id"].split("/")
    keys = {f"field {segments[_FIELD_SEGMENT]}"} if len(segments) > _FIELD_SEGMENT else set()
    finding = next(iter(requirement["findings"]), None)
    if finding is not None and finding["exchange"] is not None:
        keys.add(f"exchange {finding['exchange']['id']}")
    return keys


def _cause(members: Iterable[Report], feature: str | None) -> Cause:
    ranked = sorted(members, key=lambda one: (LEVELS.index(one["level"]), reproduction_size(one)))
    return Cause(tuple(ranked), feature, broken(ranked[0]), level_counts(ranked))


def _order(cause: Cause) -> tuple[int, int]:
    return reproduction_size(cause.lead)


def reproduction_size(requirement: Report) -> tuple[int, int]:
    """Return how many requests show a failure, and the length of what they send; a failure without any is last."""
    finding = next(iter(requirement["findings"]), None)
    if finding is None or finding["exchange"] is None:
        return (len(LEVELS) << 16, 0)
    return (len(finding["before"]) + 1, len(finding["curl"]))


def level_counts(requirements: Iterable[Report]) -> str:
    """Return how many requirements there are of each level: `2 must, 1 should`."""
    levels = [requirement["level"] for requirement in requirements]
    return ", ".join(f"{levels.count(level)} {level}" for level in LEVELS if level in levels)


def broken(requirement: Report) -> str:
    """Return in plain words what is broken, where a requirement failed."""
    if is_stale(requirement):
        return f"what was declared for {requirement['id']} is not seen any more"
    told = denied(requirement["sentence"])
    finding = next(iter(requirement["findings"]), None)
    status = _status(finding)
    if finding is None or status is None or not _STATUS.match(finding["expected"]) or str(status) in told:
        return told
    return f"{told}, but responds with {status}" if told.startswith("the server") else told


def _status(finding: Mapping[str, Any] | None) -> int | None:
    exchange = None if finding is None else finding["exchange"]
    response = None if exchange is None else exchange["response"]
    return None if response is None else int(response["status"])


def denied(sentence: str) -> str:
    """Return the opposite of a requirement, without its capital letter and full stop."""

    def opposite(duty: re.Match[str]) -> str:
        return _DENIED[duty[1] is not None, duty[2] is not None]

    told = _DUTY.sub(opposite, sentence, count=1).removesuffix(".")
    return told[:1].lower() + told[1:]
