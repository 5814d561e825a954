"""Features that a target was declared to lack, or seems to lack, and requirements that nothing could have broken.

What needs a feature that the target was declared to lack is untested, whatever was observed. A few such requests are
sent all the same: if they show that the target has the feature, the declaration is stale and fails the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orders_conformance.harness.verdicts.tally import Tally
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.features import Feature, lacking
from orders_conformance.spec.requirements import Requirement
from orders_conformance.spec.rules import Rule

# So many exchanges against a feature and none for it show that a target lacks it; so many for it and none against it,
# that it has it.
_SHOWN = 2
# A target that lacks a feature may show it by chance: so many times as many exchanges are against it as for it.
_HARDLY = 5
# It has a feature only in part where so large a part of the requirements that show it is broken, of at least so many.
_LARGE_PART, _OF_AT_LEAST = 2 / 3, 3
# So many orders have a ref of their own whatever the target does: the first one, and one after an invalid order.
_TRIVIAL = {Rule.UNIQUE_REF: 2}
# These are kept by every server that never rejects a repeat as a duplicate.
_ABOUT_CONFLICTS = frozenset(
    {
        Rule.ONLY_DUPLICATES,
        Rule.REFERENCE_CASE_AND_SPACES,
        Rule.RECYCLED_REFERENCE,
        Rule.REJECTION_STORES_NOTHING,
        Rule.UNAUTHORIZED_STORES_NOTHING,
    }
)
# These are kept by every server that accepts any credentials.
_ABOUT_CREDENTIALS = frozenset({Rule.RIGHT_CREDENTIALS, Rule.SCHEME_CASE})


@dataclass(frozen=True, slots=True)
class Lack:
    """A feature that a target was declared to lack.

    Attributes:
        feature: the feature.
        kept: how many exchanges show that the target has it.
        broken: how many show that it does not.
        stale: the requirement that fails because the declaration is stale; None where it is not stale.
        trivial: how many exchanges show the feature of every target.

    """

    feature: Feature
    kept: int
    broken: int
    stale: str | None = None
    trivial: int = 0

    @property
    def declared(self) -> str:
        """Why the requirements that need the feature are untested."""
        return f"declared without {self.feature.name}"

    @property
    def why_stale(self) -> str:
        """Why a requirement fails if the declaration is stale."""
        return (
            f"{self.declared}, but the target {self.feature.text} "
            f"({self.kept} of {self.kept} exchanges show it): remove the declaration"
        )

    @property
    def note(self) -> str | None:
        """A sentence on a feature that the target has in part; None otherwise."""
        if self.stale is not None or not self.broken or self.kept <= self.trivial:
            return None
        return (
            f"{self.declared}: the target has it in part ({self.kept} of {self.kept + self.broken} exchanges show it)"
        )


def lacks(contract: Contract, declared: Iterable[str], tally: Tally, *, whole: bool) -> Mapping[str, Lack]:
    """Return the declared lacks by the name of the feature.

    Args:
        contract: the contract.
        declared: the features that the target was declared to lack.
        tally: the evidence of the run.
        whole: whether the run came to its end; otherwise no declaration is stale.

    """
    found: dict[str, Lack] = {}
    for name in declared:
        feature = contract.extension.features[name]
        kept, broken = _evidence(contract, feature, tally)
        shown = [one for one in tally.counts if feature.is_shown_by(one) and tally.counts[one].held]
        stale = shown[0] if whole and shown and kept >= _SHOWN and not broken else None
        found[name] = Lack(feature, kept, broken, stale, _trivial(contract, feature))
    return found


def hints(contract: Contract, declared: Iterable[str], tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield name and hint for each feature that was not declared to be lacking, and that next to nothing speaks for.

    A feature is not named where the one that it includes is.
    """
    known = lacking(contract.extension.features, declared)
    features = contract.extension.features
    missing = {
        name: often
        for name, feature in features.items()
        if name not in known and (often := _how_rarely(contract, feature, tally))
    }
    for name, often in missing.items():
        if features[name].includes not in missing:
            how = often.format(features[name].text)
            yield name, f"it seems that the target {how}; if it is not meant to: --without {name}"


def vacuous(requirement: Requirement, contract: Contract, tally: Tally) -> str | None:
    """Return why a requirement that was kept is untested all the same: no server of this kind could break it.

    Args:
        requirement: the requirement.
        contract: the contract.
        tally: the evidence of the run.

    """
    if requirement.family in _ABOUT_CONFLICTS and _is_never_kept(contract, tally, Rule.DUPLICATE):
        return "the target accepted every repeated order, so that nothing could show whether it keeps this"
    if requirement.family in _ABOUT_CREDENTIALS and _is_never_kept(contract, tally, Rule.CREDENTIALS):
        return "the target accepted every kind of credentials, so that nothing could show whether it keeps this"
    return None


def _is_never_kept(contract: Contract, tally: Tally, family: Rule) -> bool:
    """Whether requirements of a family were broken, and none of them was ever kept."""
    names = [(one.family, *one.subject) for one in contract.family(family)]
    return any(map(tally.is_broken, names)) and not any(map(tally.is_kept, names))


def _shown_by(contract: Contract, feature: Feature) -> list[Requirement]:
    return [one for name, one in contract.requirements.items() if feature.is_shown_by(name)]


def _evidence(contract: Contract, feature: Feature, tally: Tally) -> tuple[int, int]:
    """Return how many exchanges show that the target has a feature, and how many that it does not."""
    names = [(one.family, *one.subject) for one in _shown_by(contract, feature)]
    return sum(map(tally.times_kept, names)), sum(map(tally.times_broken, names))


def _how_rarely(contract: Contract, feature: Feature, tally: Tally) -> str | None:
    """Return in words how rarely a target shows a feature, with braces for what it then does; None where it has it."""
    kept, broken = _evidence(contract, feature, tally)
    kept -= min(kept, _trivial(contract, feature))
    if broken >= _SHOWN and broken >= _HARDLY * kept:
        return "hardly ever {}" if kept else "never {}"
    names = [(one.family, *one.subject) for one in _shown_by(contract, feature)]
    part = sum(map(tally.is_broken, names))
    in_part = len(names) >= _OF_AT_LEAST and part >= _LARGE_PART * len(names) and broken > kept
    return "{} only in part" if in_part else None


def _trivial(contract: Contract, feature: Feature) -> int:
    return sum(_TRIVIAL.get(one.family, 0) for one in _shown_by(contract, feature))
