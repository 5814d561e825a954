"""The tally of a run: for each requirement, how many exchanges kept or broke it, and the findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Dependent, Evidence
from orders_conformance.harness.verdicts.mixed_responses import is_explained
from orders_conformance.harness.verdicts.plainness import Plainness
from orders_conformance.harness.verdicts.traits import TraitCounts, Traits
from orders_conformance.harness.verdicts.verdict import Observed
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule

# Findings that are kept for one requirement, besides plainer ones.
_FINDINGS_KEPT = 3
# The exchanges that have to be sent first to reproduce what an exchange breaks, and how plain it is with them.
Circumstances = tuple[tuple[Exchange, ...], Plainness]
# The name of the probes that look for a smaller order with the same fault.
SHRINK = "shrink"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: an exchange that breaks a requirement.

    Attributes:
        id: `f1`, `f2`, ... in the order of their discovery.
        requirement: the broken requirement.
        exchange: the exchange that breaks it.
        before: the exchanges that have to be sent first to reproduce it.
        expected: what was expected.
        observed: what was received instead.
        minimal: whether the order was simplified.
        plainness: how plain the exchange is.

    """

    id: str
    requirement: Requirement
    exchange: Exchange
    before: tuple[Exchange, ...]
    expected: str
    observed: str
    minimal: bool = False
    plainness: Plainness = (0, 0)


@dataclass(slots=True)
class Count:
    """The evidence on one requirement.

    Attributes:
        held: how many exchanges kept it.
        broken: how many exchanges broke it.
        observations: the first exchange of each observation, by its text.
        findings: the findings that are kept.
        follows_from: the first broken requirement because of which an exchange showed nothing about this one.
        is_excused: whether that requirement explains everything that broke this one.
        traits: how many of the exchanges have each trait.
        forced: whether forced responses alone show something about it.
        subject: what it is about, as the contract names it: a field, or a status and a field.

    """

    held: int = 0
    broken: int = 0
    observations: dict[str, str | None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    follows_from: str | None = None
    is_excused: bool = False
    traits: TraitCounts = field(default_factory=TraitCounts)
    forced: bool = False
    subject: tuple[str, ...] = ()

    @property
    def observed(self) -> Observed:
        """Summarise the counts: one exchange that breaks the requirement is enough for `BROKEN`."""
        if self.is_excused:
            return Observed.NOTHING
        if self.broken:
            return Observed.BROKEN
        return Observed.KEPT if self.held or self.observations else Observed.NOTHING

    @property
    def plainest(self) -> Finding | None:
        """The finding that shows the failure most plainly; of equal ones, the first."""
        return min(self.findings, key=lambda finding: finding.plainness, default=None)

    @property
    def in_common(self) -> str | None:
        """What the exchanges that broke the requirement have in common and those that kept it lack, if anything."""
        return self.traits.in_common(self.held, self.broken, self.subject)


class Tally:
    """Counts the evidence of a run; only the selected requirements have findings and verdicts.

    The others are counted too. Which requirement a response breaks can depend on whether another one is known to be
    broken; so a narrowed run reports the same requirement for a response as a whole run.
    """

    def __init__(self, contract: Contract, selected: Iterable[str], lacking: Collection[str] = frozenset()) -> None:
        """Start with all counts at 0.

        Args:
            contract: the contract.
            selected: the ids of the requirements to judge.
            lacking: the ids of those that need a feature that the target was declared to lack; they have no findings.

        """
        self._lacking = frozenset(lacking)
        self._finding_number = 0
        self._contract = contract
        self._all: Mapping[str, Count] = {
            identifier: Count(subject=requirement.subject) for identifier, requirement in contract.requirements.items()
        }
        self.counts: Mapping[str, Count] = {identifier: self._all[identifier] for identifier in selected}

    def resolve(self, name: Name) -> Requirement | None:
        """Return the requirement with this family and subject, if it can have findings; None if there is none."""
        requirement = self._contract.find(*name)
        return requirement if requirement is not None and self._is_judged(requirement.id) else None

    def is_lacking(self, name: Name) -> bool:
        """Whether a requirement needs a feature that the target was declared to lack."""
        requirement = self._contract.find(*name)
        return requirement is not None and requirement.id in self._lacking

    def is_open_to_forced(self, identifier: str) -> bool:
        """Whether only forced responses, or none, show something about a requirement."""
        count = self._all[identifier]
        return count.forced or count.observed is Observed.NOTHING

    def only_forced(self, evidence: Iterable[Evidence]) -> list[Evidence]:
        """Return the evidence of a forced response that counts: on what no other response shows anything about.

        These are marked as forced.
        """
        found = [(self._contract.find(*item.requirement), item) for item in evidence]
        counting = [(one, item) for one, item in found if one is not None and self.is_open_to_forced(one.id)]
        for one, _ in counting:
            self._all[one.id].forced = True
        return [item for _, item in counting]

    def add(
        self,
        exchange: Exchange,
        evidence: Iterable[Evidence],
        circumstances: Callable[[Evidence], Circumstances],
        traits: Traits = (),
    ) -> tuple[list[str], list[Finding]]:
        """Count evidence.

        Args:
            exchange: the exchange that gives the evidence.
            evidence: the evidence.
            circumstances: returns the circumstances of evidence against a requirement.
            traits: the traits of the exchange.

        Returns:
            The ids of the selected requirements that were kept, and the new findings.

        """
        kept: dict[str, None] = {}
        broken: set[str] = set()
        findings: list[Finding] = []
        for item in evidence:
            requirement = self._contract.find(*item.requirement)
            if requirement is None:
                continue
            count = self._all[requirement.id]
            if item.held:
                if requirement.id not in kept:
                    count.held += 1
                    count.traits.add(traits, held=True)
                kept[requirement.id] = None
                continue
            if requirement.id not in broken:
                count.broken += 1
                count.traits.add(traits, held=False)
            broken.add(requirement.id)
            if not self._is_judged(requirement.id):
                continue
            before, plainness = circumstances(item)
            if _is_worth_keeping(count, exchange, plainness):
                finding = self._finding(requirement, exchange, item, before, plainness)
                count.findings.append(finding)
                findings.append(finding)
        return [one for one in kept if one not in broken and self._is_judged(one)], findings

    def add_simplified(
        self, exchange: Exchange, item: Evidence, before: tuple[Exchange, ...], plainness: Plainness
    ) -> Finding | None:
        """Keep an exchange with a simplified order as a finding if it is plainer than the others.

        Its evidence was counted before.
        """
        requirement = self.resolve(item.requirement)
        count = self.counts[requirement.id] if requirement else None
        if requirement is None or count is None or (count.plainest and count.plainest.plainness <= plainness):
            return None
        finding = self._finding(requirement, exchange, item, before, plainness)
        count.findings.append(finding)
        return finding

    def observe(self, name: Name, text: str, exchange: str | None) -> Requirement | None:
        """Add an observation; return its requirement if the observation is new, else None."""
        requirement = self.resolve(name)
        if requirement is None:
            return None
        count = self.counts[requirement.id]
        count.held += 1
        if text in count.observations:
            return None
        count.observations[text] = exchange
        return requirement

    def note_dependent(self, dependent: Iterable[Dependent]) -> None:
        """Note the requirements that an exchange showed nothing about because it broke another one."""
        for item in dependent:
            requirement, cause = self._contract.find(*item.requirement), self._contract.find(*item.cause)
            if requirement is not None and cause is not None:
                count = self._all[requirement.id]
                count.follows_from = count.follows_from or cause.id

    def excuse_consequences(self) -> None:
        """Excuse the requirements whose failure that of another requirement explains: they count as untested.

        A field that may be missing may have any name; a link of another order does not end in the ref of this one; and
        responses of other requests may break anything.
        """
        link, shared = self._contract.find(Rule.HREF_ENDS_IN_REF), self._contract.find(Rule.UNIQUE_HREF)
        if link is not None and shared is not None and self._all[link.id].broken and self._all[shared.id].broken:
            self._all[link.id].follows_from, self._all[link.id].is_excused = shared.id, True
        for requirement in self._contract.family(Rule.NAME_CASE):
            cause = self._contract.find(Rule.REQUIRED, *requirement.subject)
            count = self._all[requirement.id]
            if cause is not None and count.broken and self._all[cause.id].broken:
                count.follows_from, count.is_excused = cause.id, True
        self._excuse_mixed_responses()

    def _excuse_mixed_responses(self) -> None:
        own = self._contract.find(Rule.OWN_RESPONSE)
        created = self._contract.find(Rule.UNIQUE_REF)
        if own is None or created is None:
            return
        mixed, received = self._all[own.id].broken, self._all[created.id].held
        for identifier, count in self._all.items():
            if identifier != own.id and is_explained(
                broken=count.broken, held=count.held, mixed=mixed, created=received
            ):
                count.follows_from, count.is_excused = own.id, True

    def failed(self) -> Iterator[Requirement]:
        """Return the selected requirements that were broken."""
        return (
            self._contract.requirements[name]
            for name, count in self.counts.items()
            if count.observed is Observed.BROKEN and self._is_judged(name)
        )

    def plainest(self) -> list[tuple[Requirement, Finding]]:
        """Return each selected requirement that was broken, with its plainest finding."""
        leads = ((requirement, self.counts[requirement.id].plainest) for requirement in self.failed())
        return [(requirement, finding) for requirement, finding in leads if finding is not None]

    def times_broken(self, name: Name) -> int:
        """Return how many exchanges broke a requirement, selected or not."""
        requirement = self._contract.find(*name)
        return self._all[requirement.id].broken if requirement is not None else 0

    def is_broken(self, name: Name) -> bool:
        """Whether some exchange broke a requirement, selected or not."""
        return self.times_broken(name) > 0

    def number_broken(self, family: str) -> int:
        """Return how many requirements of a family were broken, selected or not."""
        requirements = self._contract.requirements
        return sum(count.broken > 0 and requirements[name].family == family for name, count in self._all.items())

    def times_kept(self, name: Name) -> int:
        """Return how many exchanges kept a requirement, selected or not."""
        requirement = self._contract.find(*name)
        return self._all[requirement.id].held if requirement is not None else 0

    def is_kept(self, name: Name) -> bool:
        """Whether some exchange kept a requirement, selected or not."""
        return self.times_kept(name) > 0

    def _is_judged(self, identifier: str) -> bool:
        """Whether a requirement is selected, and needs no feature that the target was declared to lack."""
        return identifier in self.counts and identifier not in self._lacking

    def _finding(
        self,
        requirement: Requirement,
        exchange: Exchange,
        item: Evidence,
        before: tuple[Exchange, ...],
        plainness: Plainness,
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
            plainness=plainness,
        )


def _is_worth_keeping(count: Count, exchange: Exchange, plainness: Plainness) -> bool:
    """Whether an exchange becomes a finding: one of the first few, or plainer than all of them.

    Where an order is being simplified, only the result becomes another finding.
    """
    if exchange.probe == SHRINK:
        return not count.findings
    plainest = count.plainest
    return len(count.findings) < _FINDINGS_KEPT or (plainest is not None and plainness < plainest.plainness)
