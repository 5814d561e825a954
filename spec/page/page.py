"""The vendor's page of an operation, read from its text.

The form is the one in which the vendor publishes the page as text: a title, a line each for endpoint, version and
security, and a section of fields for the request and for each response. Whatever is in no such form is prose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

FACT = re.compile(r"(Endpoint|Version|Security): +(.*\S)")
HEADING = re.compile(r"## +(.*?)(?: +\(([^()]*)\))?:?")
FIELD = re.compile(r"[ ]{0,8}- +`([^`]+)` +\(([^()]*)\)")
_VALUE = re.compile(r"(Example|Enum): +(.*\S)")

# What stands for "the page does not say".
NOTHING = object()


class PageError(Exception):
    """A text is no page of this form; the message is one line."""


@dataclass(frozen=True, slots=True)
class PageField:
    """A field of a section.

    Attributes:
        type: its type in the words of the page.
        required: whether the page calls it required.
        enum: its documented values.
        example: its example; `NOTHING` if it has none.

    """

    type: str
    required: bool = False
    enum: tuple[Any, ...] = ()
    example: Any = NOTHING


@dataclass(frozen=True, slots=True)
class Section:
    """A section: the media type of its heading, and its fields by their names with dots."""

    media_type: str | None
    fields: Mapping[str, PageField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its lines on endpoint, version and security by name, and its sections by heading."""

    facts: Mapping[str, str]
    sections: Mapping[str, Section]

    @property
    def size(self) -> int:
        """The number of fields."""
        return sum(len(section.fields) for section in self.sections.values())


def read_page(text: str) -> Page:
    """Return the page in a text.

    Raises:
        PageError: it has no endpoint or no field, or names a section or a field of a section twice.

    """
    head, *parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    matches = filter(None, (FACT.fullmatch(line.strip()) for line in head.splitlines()))
    facts = {found[1]: found[2] for found in matches}
    sections: dict[str, Section] = {}
    for part in parts:
        heading, *lines = part.splitlines()
        found = HEADING.fullmatch(heading.strip())
        name, media_type = found.groups() if found else (heading, None)
        if name in sections:
            message = f"it has the section {name!r} twice"
            raise PageError(message)
        sections[name] = Section(media_type, dict(_fields(name, lines)))
    page = Page(facts, sections)
    if "Endpoint" not in facts or not page.size:
        message = "it has no line 'Endpoint: ...' or no field such as '  - `name` (string)'"
        raise PageError(message)
    return page


def _fields(section: str, lines: list[str]) -> Iterator[tuple[str, PageField]]:
    """Yield the fields of a section by name."""
    seen: set[str] = set()
    name, current = "", PageField("")
    for line in lines:
        if found := FIELD.fullmatch(line.rstrip()):
            if name:
                yield name, current
            name, words = found.groups()
            kinds = [word.strip() for word in words.split(",")]
            current = PageField(", ".join(word for word in kinds if word != "required"), "required" in kinds)
            if name in seen:
                message = f"its section {section!r} has the field {name!r} twice"
                raise PageError(message)
            seen.add(name)
        elif found := _VALUE.fullmatch(line.strip()):
            current = _with_value(current, *found.groups())
    if name:
        yield name, current


def _with_value(current: PageField, word: str, text: str) -> PageField:
    """Return a field with what a line says of its values."""
    if word == "Enum":
        listed = _json(f"[{text}]")
        return replace(current, enum=tuple(listed) if isinstance(listed, list) else (text,))
    return replace(current, example=_json(text))


def _json(text: str) -> Any:
    """Return the JSON value that a text is, or else the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
