"""The words of the vendor's page at each place that requirements are taken from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.page.page import FACT, FIELD, HEADING
from orders_conformance.spec.sources import Source

# The name of the page among the documents of a contract.
PAGE = "page"
# The section and the field of a place; of a line at the head of the page, its first word in lower case.
Place = tuple[str, str | None]


def quotes(contract: Contract, text: str) -> dict[str, str]:
    """Return what the text of a page says for each requirement, by id; without those that it says nothing for."""
    found = _places(text)
    words = {name: _of_sources(one.sources, found) for name, one in contract.requirements.items()}
    return {name: quote for name, quote in words.items() if quote}


def _of_sources(sources: Iterable[Source], found: Mapping[Place, str]) -> str:
    """Return the words at the places of some sources, each once, with a line feed between them."""
    places = ([(one.section or "", one.field), ("", one.part)] for one in sources if one.document.name == PAGE)
    said = (next((found[place] for place in each if place in found), "") for each in places)
    return "\n".join(filter(None, dict.fromkeys(said)))


def _places(text: str) -> dict[Place, str]:
    """Return the words of each place of a page: of a field, its name line and what stands below it."""
    lines: dict[Place, list[str]] = {}
    section, field = "", None
    for line in text.splitlines():
        stripped = line.strip()
        if line.startswith("## "):
            heading = HEADING.fullmatch(stripped)
            section, field = heading[1] if heading else stripped, None
            lines.setdefault((section, None), []).append(stripped)
        elif section and (name := FIELD.fullmatch(line.rstrip())):
            field = name[1]
            lines.setdefault((section, field), []).append(stripped)
        elif section and field and stripped:
            lines[section, field].append(stripped)
        elif not section and (fact := FACT.fullmatch(stripped)):
            lines["", fact[1].lower()] = [stripped]
    return {place: re.sub(r"\s+", " ", " ".join(words)) for place, words in lines.items()}
