"""The pages on several runs: valid tables, a strict policy, no script, and hostile text as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from orders_conformance.reports.compare import html as compare_html
from orders_conformance.reports.compare.comparison import compare
from orders_conformance.reports.matrix import html as matrix_html
from orders_conformance.reports.matrix.matrix import matrix
from orders_conformance.reports.record.reader import read
from tests.support import records

HOSTILE = "<script>owned</script>\u202e{{ 7 * 7 }}"
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "div", "span", "br"}
TAGS |= {"table", "caption", "thead", "tbody", "tr", "th", "td", "wbr"}


class Elements(HTMLParser):
    """The elements of a page."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def pages(folder: Path) -> dict[str, str]:
    """Make both pages of an ordinary and a hostile record."""
    old = read(records.save(folder / "old.jsonl", records.conformant()))
    header, *others = records.hostile()
    events = [header | {"release": HOSTILE}, *others]
    new = replace(read(records.save(folder / "new.jsonl", events)), unverified=HOSTILE)
    return {"compare": compare_html.page(compare(old, new)), "matrix": matrix_html.page(matrix([old, new]))}


@pytest.mark.parametrize("name", ["compare", "matrix"])
def test_hostile_text_is_no_markup(tmp_path: Path, name: str) -> None:
    page = pages(tmp_path)[name]
    elements = Elements(page).found
    assert {tag for tag, _ in elements} <= TAGS
    assert not [key for _, attributes in elements for key in attributes if key.startswith("on") or key == "href"]
    assert "&lt;script&gt;owned" in page
    assert "49" not in re.sub(r"127\.0\.0\.1:\d+", "", page)
    assert not set(page) & {"\u202e", "\x1b", "\x00", "\ud800", "\u200b"}


@pytest.mark.parametrize("name", ["compare", "matrix"])
def test_the_policy_allows_only_the_style_of_the_page(tmp_path: Path, name: str) -> None:
    (policy,) = [one["content"] for tag, one in Elements(pages(tmp_path)[name]).found if "http-equiv" in one]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'", policy or ""
    )


@pytest.mark.parametrize("name", ["compare", "matrix"])
def test_tables_have_captions_and_headings_a_scope(tmp_path: Path, name: str) -> None:
    tags = Elements(pages(tmp_path)[name]).found
    assert [tag for tag, _ in tags].count("caption") == [tag for tag, _ in tags].count("table") > 0
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")


def test_a_verdict_is_a_word_and_a_shape(tmp_path: Path) -> None:
    page = pages(tmp_path)["matrix"]
    for word, shape in {"passed": "✓", "failed": "✗", "observed": "•"}.items():
        assert f'<span class="verdict {word}"><span aria-hidden="true">{shape}</span> {word}</span>' in page


@pytest.mark.parametrize("name", ["compare", "matrix"])
def test_a_run_that_was_not_judged_again_has_a_remark(tmp_path: Path, name: str) -> None:
    assert "Its verdicts are unverified, since its exchanges were not judged again: " in pages(tmp_path)[name]
