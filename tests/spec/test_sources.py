"""Every requirement says where it comes from; its level follows from that, or is argued."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.spec.contract import Contract, ContractError
from orders_conformance.spec.sources import Document, Source, in_one_line, level_of

PAGE = Document("page", "A page", "https://example.com/page", "2026-01-02")
STANDARD = Document("RFC 1", "A standard", "https://example.com/rfc1", fragment="#section-{clause}")

TYPE = Source(PAGE, "stated", "Request fields", "price", "type")
REQUIRED = Source(PAGE, "stated", "Request fields", "price", "required")
EXAMPLE = Source(PAGE, "example", "Request fields", "price", "example")
READING = Source(PAGE, "reading", "Request fields", "price", "description")
HEADING = Source(PAGE, "stated", "Response 201 fields", None, "heading")
GENERAL = Source(PAGE, "general", "introduction")
CLAUSE = Source(STANDARD, "standard", clause="2.1")


@pytest.mark.parametrize(
    ("sources", "level"),
    [
        ((), "info"),
        ((READING,), "info"),
        ((READING, EXAMPLE), "should"),
        ((GENERAL,), "should"),
        ((CLAUSE,), "should"),
        ((CLAUSE, EXAMPLE, TYPE), "must"),
    ],
)
def test_the_strongest_kind_decides_the_level(sources: tuple[Source, ...], level: str) -> None:
    assert level_of(sources) == level


@pytest.mark.parametrize(
    ("sources", "line"),
    [
        ((), "not stated"),
        ((TYPE, REQUIRED), "Request fields: price, type and required"),
        ((TYPE, READING), "Request fields: price, type; Request fields: price, description (our reading)"),
        ((HEADING, CLAUSE), "Response 201 fields; RFC 1, 2.1"),
        ((GENERAL,), "A page, introduction"),
    ],
)
def test_sources_are_told_in_one_line(sources: tuple[Source, ...], line: str) -> None:
    assert in_one_line(sources) == line


def test_the_url_of_a_clause_leads_to_the_clause() -> None:
    assert (CLAUSE.url, TYPE.url) == ("https://example.com/rfc1#section-2.1", "https://example.com/page")


def test_plain_values_have_what_there_is() -> None:
    assert CLAUSE.as_json() == {
        "document": "RFC 1",
        "title": "A standard",
        "clause": "2.1",
        "kind": "standard",
        "url": "https://example.com/rfc1#section-2.1",
    }
    assert TYPE.as_json()["read"] == "2026-01-02"


def test_every_requirement_has_the_level_of_its_sources_or_an_argument(contract: Contract) -> None:
    argued = {one.family for one in contract.requirements.values() if one.argument is not None}
    for one in contract.requirements.values():
        assert (one.level == level_of(one.sources)) is (one.argument is None), one.id
    # An argument is an exception.
    assert len(argued) < len({one.family for one in contract.requirements.values()}) / 5


def test_only_what_is_not_specified_has_no_source(contract: Contract) -> None:
    assert {one.level for one in contract.requirements.values() if not one.sources} == {"info"}


def test_every_document_is_cited(contract: Contract) -> None:
    cited = {source.document for one in contract.requirements.values() for source in one.sources}
    assert cited == set(contract.extension.documents.values())


def _rule(document: dict[str, Any], name: str) -> dict[str, Any]:
    rule: dict[str, Any] = document["x-conformance"]["rules"][name]
    return rule


def test_a_level_without_an_argument_is_refused(document: dict[str, Any]) -> None:
    _rule(document, "no_secret")["level"] = "must"
    with pytest.raises(ContractError, match=r"any/no-secret is must, but its sources make it should: say why"):
        Contract.from_document(document)


def test_a_needless_argument_is_refused(document: dict[str, Any]) -> None:
    _rule(document, "no_secret")["argument"] = "It is obvious."
    with pytest.raises(ContractError, match=r"any/no-secret is should, as its sources make it: remove its `argument`"):
        Contract.from_document(document)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ({"document": "nowhere", "kind": "stated"}, "'nowhere', which is not there: add it to sources"),
        ({"document": "page", "section": "Request fields", "kind": "standard"}, "in a wrong form"),
        ({"document": "page", "clause": "1", "kind": "stated"}, "in a wrong form"),
        ({"document": "RFC 9110", "kind": "stated"}, "in a wrong form"),
        ({"document": "RFC 9110", "section": "Request fields", "kind": "standard"}, "in a wrong form"),
        (
            {"document": "page", "section": "Request fields", "field": "prize", "part": "type", "kind": "stated"},
            "cites 'Request fields: prize', which the contract does not have",
        ),
        ({"document": "page", "section": "Request fields", "part": "page 3", "kind": "stated"}, "'page 3'"),
        ({"document": "page", "section": "Request fields", "kind": "guess"}, "'guess'"),
    ],
)
def test_a_source_that_nobody_could_find_is_refused(document: dict[str, Any], source: dict[str, str], why: str) -> None:
    _rule(document, "duplicate")["source"] = [source]
    with pytest.raises(ContractError, match=why) as caught:
        Contract.from_document(document)
    assert "\n" not in str(caught.value)
