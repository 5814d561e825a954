"""The report in Markdown: outcome, failures by group with folds, reasons; the text of a server forms no markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from orders_conformance.reports.formats.markdown import document
from tests.reports.ci.test_github import HOSTILE, Elements, failing, report_of
from tests.support import records

ALLOWED = {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "tt", "pre", "ul", "li"}
ALLOWED |= {"details", "summary", "br"}


def rendered(content: bytes) -> Elements:
    """Read a document as those who show it do, with links for bare addresses."""
    return Elements(MarkdownIt("commonmark").enable("table").render(content.decode()))


def test_outcome_failures_commands_and_reasons_can_be_read(tmp_path: Path) -> None:
    text = rendered(document(report_of(tmp_path, records.nonconformant()))).text
    assert text.startswith("orders-conformance: not conformant")
    assert "Not conformant: 3 requirements of level must failed, 2 were not tested." in text
    assert re.search(r"409: 1 failure\s+requirement\s+level\s+what was seen\s+source\s+create/409/duplicate", text)
    assert records.CURL in text
    assert "2 requirements: The budget of 500 requests was spent." in text


def test_every_requirement_has_its_verdict_and_source(tmp_path: Path) -> None:
    text = rendered(document(report_of(tmp_path, records.nonconformant()))).text
    for one in records.requirements():
        assert re.search(rf"{re.escape(one['id'])}\s+{one['level']}\s+\w+\s+{re.escape(one['sentence'])}", text)
        assert one["source"] in text


def test_the_release_is_a_fact(tmp_path: Path) -> None:
    header, *others = records.conformant()
    assert b"| Release | <tt>2024&#46;5</tt> |" in document(
        report_of(tmp_path, [header | {"release": "2024.5"}, *others])
    )
    assert b"Release" not in document(report_of(tmp_path, [header, *others]))


@pytest.mark.parametrize(
    "text", [HOSTILE, records.HOSTILE_TEXT, "```\n</pre></details>\n\n# x", "@octocat http://e.example"]
)
def test_the_text_of_a_server_forms_no_markup(tmp_path: Path, text: str) -> None:
    plain, hostile = (document(failing(tmp_path, 3, one)) for one in ("x", text))
    assert rendered(hostile).found == rendered(plain).found <= ALLOWED
    assert rendered(hostile).attributes == set()
    assert b"@" not in hostile
    assert b"://e" not in hostile
    assert b"`" not in hostile
    assert len(hostile.splitlines()) == len(plain.splitlines())


def test_every_text_of_a_server_stands_apart(tmp_path: Path) -> None:
    content = document(failing(tmp_path, 3, "hostile")).decode()
    assert "hostile" in content
    assert "hostile" not in re.sub(r"<(tt|pre)>.*?</\1>", "", content, flags=re.DOTALL)
