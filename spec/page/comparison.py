"""Compares the vendor's page with the contract: what one of them says and the other one does not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.page.additions import Addition
from orders_conformance.spec.page.page import NOTHING, Page, PageField, Section
from orders_conformance.spec.references import resolved
from orders_conformance.spec.sources import REQUEST_SECTION, RESPONSE_SECTION


def expected_page(contract: Contract) -> Page:
    """Return the page that a contract was written from: what it documents, without what it adds on purpose."""
    operation = contract.document["paths"][contract.path]["post"]
    bodies = {REQUEST_SECTION: operation["requestBody"]}
    bodies |= {RESPONSE_SECTION.format(status): response for status, response in operation["responses"].items()}
    page, added = contract.extension.page, contract.extension.page.additions
    sections = {
        name: _section(name, resolved(contract.document, body), added)
        for name, body in bodies.items()
        if not any(one.is_section(name) for one in added)
    }
    facts = {"Endpoint": f"POST {contract.path}", "Version": contract.version, "Security": page.security}
    return Page(facts, sections)


def differences(contract: Contract, page: Page) -> list[str]:
    """Return what a page says otherwise than a contract, each in one line; nothing where they agree."""
    expected = expected_page(contract)
    found = [
        f"{name}: {_changed(said, page.facts.get(name, NOTHING))}"
        for name, said in expected.facts.items()
        if page.facts.get(name) != said
    ]
    found += (
        f"{name}: the page has it, the contract does not" for name in page.sections if name not in expected.sections
    )
    for name, section in expected.sections.items():
        if name in page.sections:
            found += _of_section(name, section, page.sections[name])
        else:
            found.append(f"{name}: the contract has it, the page does not")
    return found


def _section(name: str, body: Mapping[str, Any], added: Sequence[Addition]) -> Section:
    """Return a section as the page has it.

    Args:
        name: the heading of the section.
        body: the request body or the response of the document, with references replaced.
        added: what the contract adds to the page.

    """
    for media_type, content in body.get("content", {}).items():
        example = next((one["value"] for one in content.get("examples", {}).values()), NOTHING)
        fields = dict(_schema_fields(content["schema"], example))
        for path in list(fields):
            for addition in added:
                if addition.is_about(name, path):
                    fields[path] = _without(fields[path], addition)
        return Section(media_type, fields)
    return Section(None)


def _without(one: PageField, addition: Addition) -> PageField:
    if addition.part == "required":
        return replace(one, required=False)
    return replace(one, example=NOTHING if addition.says is None else addition.says)


def _schema_fields(schema: Mapping[str, Any], example: Any, above: str = "") -> Iterator[tuple[str, PageField]]:
    required = set(schema.get("required", ()))
    for name, node in schema.get("properties", {}).items():
        shown = example.get(name, NOTHING) if isinstance(example, dict) else NOTHING
        # An object is shown by its fields.
        own = NOTHING if isinstance(shown, dict) else shown
        yield f"{above}{name}", PageField(node["type"], name in required, tuple(node.get("enum", ())), own)
        below = node.get("items", {}) if node["type"] == "array" else node
        first = next(iter(shown), NOTHING) if isinstance(shown, list) else shown
        yield from _schema_fields(below, first, f"{above}{name}.")


def _of_section(name: str, expected: Section, section: Section) -> Iterator[str]:
    if section.media_type != expected.media_type:
        yield f"{name}: media type: {_changed(expected.media_type, section.media_type)}"
    for path, one in expected.fields.items():
        if path not in section.fields:
            yield f"{name}: {path}: the contract has it, the page does not"
            continue
        said = section.fields[path]
        if said.type != one.type:
            yield f"{name}: {path}: type: {_changed(one.type, said.type)}"
        if said.required != one.required:
            yield f"{name}: {path}: required: {_changed(one.required, said.required)}"
        yield from (f"{name}: {path}: {line}" for line in _of_values(one, said))
    for path, one in section.fields.items():
        if path not in expected.fields:
            yield f"{name}: {path}: the page has it ({one.type}), the contract does not"


def _of_values(expected: PageField, said: PageField) -> Iterator[str]:
    new, gone = _missing(said.enum, expected.enum), _missing(expected.enum, said.enum)
    if new:
        yield f"enum: the page has {_listed(new)}, the contract does not"
    if gone:
        yield f"enum: the contract has {_listed(gone)}, the page does not"
    if not _same(expected.example, said.example):
        yield f"example: {_changed(expected.example, said.example)}"


def _missing(values: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    known = list(others)
    return [one for one in values if not any(_same(one, other) for other in known)]


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same in JSON: 1 and true are not."""
    return one is other or (one is not NOTHING and other is not NOTHING and _json(one) == _json(other))


def _changed(expected: Any, said: Any) -> str:
    return f"the contract has {_word(expected)}, the page has {_word(said)}"


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(map(_word, values))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is NOTHING or value is None else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
