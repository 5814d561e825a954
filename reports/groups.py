"""The requirements of a report in groups: by the feature that they need, else by the part of the contract.

The name of a group is one word, the same in every report: `memory`, `echo`, `request`, `401`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Group:
    """A group of requirements.

    Attributes:
        name: its name: a feature, or the second part of the ids.
        members: its requirements as the report has them, in the order of the contract.
        hint: why it seems that the target lacks the feature, with the option that declares it; None where it does not.

    """

    name: str
    members: tuple[Mapping[str, Any], ...]
    hint: str | None = None

    def count(self, verdict: str) -> int:
        """Return how many of its requirements have a verdict."""
        return sum(one["verdict"] == verdict for one in self.members)


def group_name(identifier: str, needs: Sequence[str] = ()) -> str:
    """Return the name of the group of a requirement.

    Args:
        identifier: the id of the requirement.
        needs: the features that it needs; the last one decides, which takes the others for granted.

    """
    if needs:
        return needs[-1]
    _contract, _, rest = identifier.partition("/")
    return rest.partition("/")[0] or identifier


def grouped(requirements: Iterable[Mapping[str, Any]], hints: Mapping[str, str] | None = None) -> tuple[Group, ...]:
    """Return requirements of a report in groups, in the order of the first member of each.

    Args:
        requirements: requirements as the report has them, with `group`.
        hints: by the name of a feature, why it seems that the target lacks it.

    """
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for one in requirements:
        by_name.setdefault(one["group"], []).append(one)
    return tuple(Group(name, tuple(members), (hints or {}).get(name)) for name, members in by_name.items())
