"""Where requirements come from: document, section, field and part, or standard and clause, so that one can look it up.

The level of a requirement follows from the strongest kind of its sources. An exception is argued where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["must", "should", "info"]
Kind = Literal["stated", "example", "standard", "general", "reading"]

# The sections of the vendor's page that list fields; a response's with its status.
REQUEST_SECTION, RESPONSE_SECTION = "Request fields", "Response {} fields"

# The level that follows from each kind, the strongest kind first.
LEVELS: Mapping[Kind, Level] = {
    "stated": "must",
    "example": "should",
    "standard": "should",
    "general": "should",
    "reading": "info",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document that requirements are taken from: a page of the vendor, or a standard.

    Attributes:
        name: its name in the contract.
        title: its title.
        url: where it is published.
        read: the day on which the contract was compared with it, as YYYY-MM-DD; None for what does not change.
        fragment: how the URL of a clause ends, with `{clause}`; None for what is no standard.

    """

    name: str
    title: str
    url: str
    read: str | None = None
    fragment: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a document, and how it supports a requirement.

    Attributes:
        document: the document.
        kind: `stated` there, shown by an `example`, in a `standard`, on one of the vendor's `general` pages, or our
            `reading` of what stands there.
        section: the section of a page.
        field: the field of the section, as the page writes it.
        part: the part of the field or section.
        clause: the clause of a standard.

    """

    document: Document
    kind: Kind
    section: str | None = None
    field: str | None = None
    part: str | None = None
    clause: str | None = None

    @property
    def url(self) -> str:
        """The address of the place, as near as it can be had."""
        if self.document.fragment is None or self.clause is None:
            return self.document.url
        return self.document.url + self.document.fragment.format(clause=self.clause)

    @property
    def place(self) -> str:
        """The place in words, without the part of it."""
        if self.document.fragment is not None:
            return ", ".join(filter(None, (self.document.name, self.clause)))
        where = ": ".join(filter(None, (self.section, self.field)))
        return f"{self.document.title}, {where}" if self.kind == "general" else where

    def as_json(self) -> dict[str, str]:
        """Return the source as plain values, without what it does not have."""
        values = {
            "document": self.document.name,
            "title": self.document.title,
            "section": self.section,
            "field": self.field,
            "part": self.part,
            "clause": self.clause,
            "kind": self.kind,
            "url": self.url,
            "read": self.document.read,
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class SourceTemplate:
    """A source of a template: names in braces are replaced. `level` limits it to requirements of that level."""

    document: Document
    kind: Kind
    places: Mapping[str, str]
    level: Level | None

    def source(self, words: Mapping[str, Any]) -> Source:
        """Return the source with its names replaced."""
        return Source(self.document, self.kind, **{name: text.format(**words) for name, text in self.places.items()})


def parse_documents(value: Mapping[str, Mapping[str, str]]) -> Mapping[str, Document]:
    """Return the documents in plain values, which the schema has checked, by name."""
    return {name: Document(name, **one) for name, one in value.items()}


def parse_sources(
    name: str, listed: Iterable[Mapping[str, Any]], documents: Mapping[str, Document]
) -> tuple[SourceTemplate, ...]:
    """Return the sources of a template in plain values, which the schema has checked.

    Args:
        name: the name of the template.
        listed: its sources.
        documents: the documents by name.

    Raises:
        ValueError: a document is not there, or a clause is given of a page, or a section of a standard.

    """
    found = []
    for one in listed:
        places = {key: value for key, value in one.items() if key not in {"document", "kind", "level"}}
        document = documents.get(one["document"])
        if document is None:
            message = f"x-conformance: {name} has the source {one['document']!r}, which is not there: add it to sources"
            raise ValueError(message)
        is_standard = document.fragment is not None
        if is_standard != (one["kind"] == "standard") or places.keys() & ({"section"} if is_standard else {"clause"}):
            message = (
                f"x-conformance: {name} cites {document.name!r} in a wrong form: "
                "give the kind `standard` and a clause of a standard, a section and another kind of a page"
            )
            raise ValueError(message)
        found.append(SourceTemplate(document, one["kind"], places, one.get("level")))
    return tuple(found)


def in_one_line(sources: Iterable[Source]) -> str:
    """Return sources in one line."""
    parts: dict[tuple[str, bool], list[str]] = {}
    for one in sources:
        named = parts.setdefault((one.place, one.kind == "reading"), [])
        # A section is what its heading says.
        if one.part is not None and one.part != "heading":
            named.append(one.part)
    lines = (
        f"{place}{', ' if named else ''}{' and '.join(named)}{' (our reading)' if is_reading else ''}"
        for (place, is_reading), named in parts.items()
    )
    return "; ".join(lines) or "not stated"


def level_of(sources: Iterable[Source]) -> Level:
    """Return the level that follows from sources: that of the strongest kind; `info` where there is none."""
    kinds = {one.kind for one in sources}
    return next((level for kind, level in LEVELS.items() if kind in kinds), "info")


def check(
    identifier: str,
    level: Level,
    argument: str | None,
    sources: Collection[Source],
    fields: Collection[tuple[str, str]],
) -> None:
    """Check that the level of a requirement follows from its sources or is argued, and that its fields exist.

    Args:
        identifier: the id of the requirement.
        level: its level.
        argument: why the level is another one than follows, if it is.
        sources: its sources.
        fields: the fields that the contract documents, as section and name.

    Raises:
        ValueError: an argument is missing or needless, or a source names a field that the contract does not have.

    """
    follows = level_of(sources)
    if level != follows and argument is None:
        message = f"x-conformance: {identifier} is {level}, but its sources make it {follows}: say why in `argument`"
        raise ValueError(message)
    if level == follows and argument is not None:
        message = f"x-conformance: {identifier} is {level}, as its sources make it: remove its `argument`"
        raise ValueError(message)
    for one in sources:
        if one.field is not None and (one.section, one.field) not in fields:
            message = f"x-conformance: {identifier} cites {one.place!r}, which the contract does not have: correct it"
            raise ValueError(message)
