"""Features that a target may lack, such as a mock, and that requirements need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature.

    Attributes:
        name: its name.
        text: what a target with the feature does; completes "a target that ...".
        shown_by: patterns of the ids, without the contract's name, of requirements that show whether a target has it.
        includes: the feature without which there is not this one, or None.

    """

    name: str
    text: str
    shown_by: tuple[str, ...]
    includes: str | None = None

    def is_shown_by(self, identifier: str) -> bool:
        """Whether a requirement shows if a target has the feature; by its id with the contract's name."""
        _, _, local = identifier.partition("/")
        return any(fnmatchcase(local, pattern) for pattern in self.shown_by)


def parse_features(value: Mapping[str, Mapping[str, object]]) -> Mapping[str, Feature]:
    """Return the features in plain values, as YAML is parsed and the schema has checked, by name.

    Raises:
        ValueError: a feature includes one that is not there.

    """
    found: dict[str, Feature] = {}
    for name, one in value.items():
        listed, includes = one["shown_by"], one.get("includes")
        if includes is not None and includes not in value:
            message = f"x-conformance: the feature {name!r} includes {includes!r}, which is not there: add it"
            raise ValueError(message)
        shown_by = tuple(map(str, listed)) if isinstance(listed, list) else ()
        found[name] = Feature(name, str(one["text"]), shown_by, None if includes is None else str(includes))
    return found


def lacking(features: Mapping[str, Feature], declared: Iterable[str]) -> Mapping[str, str]:
    """Return the features that a target lacks, each with the declared one that it is lacking with.

    Args:
        features: the features of the contract by name.
        declared: the names of the features that the target is declared to lack; those that include one are lacking too.

    """
    found = {name: name for name in declared}
    for _ in features:
        found |= {
            name: found[one.includes]
            for name, one in features.items()
            if name not in found and one.includes is not None and one.includes in found
        }
    return found


def cause(needs: Collection[str], lacks: Mapping[str, str]) -> str | None:
    """Return the declared feature because of which what needs some features cannot be judged; None if it can.

    Args:
        needs: the features that it needs.
        lacks: the features that the target lacks, as `lacking` returns them.

    """
    return next((lacks[name] for name in needs if name in lacks), None)
