"""The words of the page beside each requirement: those of the places that it is taken from, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders_conformance.spec.page.quotes import quotes
from tests.support.runs import CONTRACT

PAGE = Path(__file__).with_name("page.txt").read_text("utf-8")
PRICE = "What price is for, in words of our own."


@pytest.mark.parametrize(
    ("requirement", "quote"),
    [
        ("create/request/price/type", f"- `price` (number, required) {PRICE} Example: 50"),
        ("create/401/http-status", "## Response 401 fields (application/json):"),
    ],
)
def test_a_requirement_has_the_words_of_its_places(requirement: str, quote: str) -> None:
    assert quote in quotes(CONTRACT, PAGE)[requirement].split("\n")


def test_what_stands_at_the_head_of_the_page_is_quoted_too() -> None:
    secured = [
        name for name, one in CONTRACT.requirements.items() if any(each.part == "security" for each in one.sources)
    ]
    found = quotes(CONTRACT, PAGE)
    assert secured
    assert all("Security: BasicAuth" in found[name].split("\n") for name in secured)


def test_every_requirement_that_the_page_supports_has_words() -> None:
    supported = {
        name for name, one in CONTRACT.requirements.items() if any(s.document.name == "page" for s in one.sources)
    }
    assert set(quotes(CONTRACT, PAGE)) == supported
    assert len(supported) > 200


def test_a_requirement_of_a_standard_alone_has_none() -> None:
    (name, *_) = [name for name, one in CONTRACT.requirements.items() if all(s.kind == "standard" for s in one.sources)]
    assert name not in quotes(CONTRACT, PAGE)


def test_the_prose_of_a_page_is_quoted_nowhere() -> None:
    assert "introduction" not in "".join(quotes(CONTRACT, PAGE).values())


def test_a_place_that_the_page_lacks_has_no_words() -> None:
    shorter = PAGE.replace("`price`", "`cost`")
    assert "create/request/price/type" not in quotes(CONTRACT, shorter)
