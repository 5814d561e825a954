"""The tally of a run: for each requirement what was shown, by how many exchanges, and the best findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orders_conformance.harness.exchange import Exchange
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Evidence
from orders_conformance.harness.verdicts.verdict import Observed
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.requirements import Requirement

_FINDINGS_KEPT = 3
# The name of the probes that make a finding smaller.
SHRINK = "shrink"


@dataclass(frozen=True, slots=True)
class Finding:
    """Evidence against a server: the exchange that shows it, and those that had to come before."""

    id: str
    requirement: Requirement
    exchange: Exchange
    before: tuple[Exchange, ...]
    expected: str
    observed: str
    minimal: bool = False


@dataclass(slots=True)
class Count:
    """What was shown of one requirement."""

    held: int = 0
    broken: int = 0
    observations: dict[str, str | None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def observed(self) -> Observed:
        """What it comes to: one exchange against the server outweighs all others."""
        if self.broken:
            return Observed.BROKEN
        return Observed.KEPT if self.held or self.observations else Observed.NOTHING


class Tally:
    """Counts the evidence of a run; only the requirements that it is to judge have findings and verdicts.

    The others are counted too: whether one of them is broken decides which requirement a response is held against, so
    that a narrowed run holds the same response against the same requirement as a whole run.
    """

    def __init__(self, contract: Contract, selected: Iterable[str]) -> None:
        """Begin with nothing shown.

        Args:
            contract: the contract.
            selected: the ids of the requirements to be judged.

        """
        self._finding_number = 0
        self._contract = contract
        self._all: Mapping[str, Count] = {identifier: Count() for identifier in contract.requirements}
        self.counts: Mapping[str, Count] = {identifier: self._all[identifier] for identifier in selected}

    def resolve(self, name: Name) -> Requirement | None:
        """Find a requirement that is to be judged, by its family and subject."""
        requirement = self._contract.find(*name)
        return requirement if requirement is not None and requirement.id in self.counts else None

    def add(
        self, exchange: Exchange, evidence: Iterable[Evidence], before: tuple[Exchange, ...]
    ) -> tuple[list[str], list[Finding]]:
        """Count evidence.

        Returns:
            The requirements to be judged that were kept, each once, and the findings that are worth keeping.

        """
        kept: dict[str, None] = {}
        against: set[str] = set()
        findings: list[Finding] = []
        for item in evidence:
            requirement = self._contract.find(*item.requirement)
            if requirement is None:
                continue
            count = self._all[requirement.id]
            if item.held:
                if requirement.id not in kept:
                    count.held += 1
                kept[requirement.id] = None
                continue
            if requirement.id not in against:
                count.broken += 1
            against.add(requirement.id)
            if requirement.id not in self.counts:
                continue
            smaller = exchange.probe == SHRINK and all(_size(exchange) < _size(one.exchange) for one in count.findings)
            if smaller or len(count.findings) < _FINDINGS_KEPT:
                finding = self._finding(requirement, exchange, item, before)
                count.findings.append(finding)
                findings.append(finding)
        return [one for one in kept if one not in against and one in self.counts], findings

    def observe(self, name: Name, text: str, exchange: str | None) -> Requirement | None:
        """Note an observation; return its requirement where it is new."""
        requirement = self.resolve(name)
        if requirement is None:
            return None
        count = self.counts[requirement.id]
        count.held += 1
        if text in count.observations:
            return None
        count.observations[text] = exchange
        return requirement

    def failed(self) -> Iterator[Requirement]:
        """The requirements to be judged that were broken."""
        return (self._contract.requirements[name] for name, count in self.counts.items() if count.broken)

    def smallest(self) -> list[tuple[Requirement, Finding]]:
        """Pair each requirement to be judged that was broken with its smallest finding."""
        return [
            (requirement, min(self.counts[requirement.id].findings, key=lambda finding: _size(finding.exchange)))
            for requirement in self.failed()
        ]

    def times_broken(self, name: Name) -> int:
        """How often a requirement was shown to be broken, whether it is to be judged or not."""
        requirement = self._contract.find(*name)
        return self._all[requirement.id].broken if requirement is not None else 0

    def is_broken(self, name: Name) -> bool:
        """Whether a requirement was shown to be broken."""
        return self.times_broken(name) > 0

    def is_kept(self, name: Name) -> bool:
        """Whether a requirement was shown to be kept, by some exchange at least."""
        requirement = self._contract.find(*name)
        return requirement is not None and self._all[requirement.id].held > 0

    def _finding(
        self, requirement: Requirement, exchange: Exchange, item: Evidence, before: tuple[Exchange, ...]
    ) -> Finding:
        self._finding_number += 1
        return Finding(
            id=f"f{self._finding_number}",
            requirement=requirement,
            exchange=exchange,
            before=before,
            expected=item.expected or requirement.sentence,
            observed=item.observed or "otherwise",
            minimal=exchange.probe == SHRINK,
        )


def _size(exchange: Exchange) -> int:
    return len(exchange.request.body)
