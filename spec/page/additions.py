"""What a contract adds to the vendor's page on purpose, as it declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True, slots=True)
class Addition:
    """Something that the contract has and the page does not.

    Attributes:
        section: the section of the page, maybe as a pattern.
        why: why the contract has it, in words.
        field: the field of the section, maybe as a pattern; None if the page has no such section at all.
        part: `required` or `example`.
        says: the example that the page has instead; None if it has none.

    """

    section: str
    why: str
    field: str | None = None
    part: str | None = None
    says: Any = None

    def is_section(self, section: str) -> bool:
        """Whether this is a section as a whole."""
        return self.field is None and fnmatchcase(section, self.section)

    def is_about(self, section: str, field: str) -> bool:
        """Whether this is a part of a field."""
        return self.field is not None and fnmatchcase(section, self.section) and fnmatchcase(field, self.field)


@dataclass(frozen=True, slots=True)
class PageDeclaration:
    """How the vendor's page differs: its name for the security scheme, and what the contract adds."""

    security: str
    additions: tuple[Addition, ...]

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> PageDeclaration:
        """Return the declaration in plain values, which the schema has checked."""
        return cls(value["security"], tuple(Addition(**one) for one in value["additions"]))
