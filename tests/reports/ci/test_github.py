"""Annotations and the summary of a job on GitHub; the text of a server forms neither commands nor markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from orders_conformance.reports.ci.github import annotation_lines, job_summary
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import Report, summarise
from tests.support import records

# What acts in Markdown, in HTML, or on GitHub.
HOSTILE = (
    "\n\n# h\n\n<img src=x onerror=a()> ![i](http://e.example/x) [l](javascript:a) @octocat #1 `c` |a|\n\n"
    "    b ```\n%0A::error::x"
)


def report_of(folder: Path, events: list[records.Event]) -> Report:
    return summarise(read(records.save(folder / "record.jsonl", events)))


def failing(folder: Path, groups: int, text: str = "x") -> Report:
    """Make the report of a run in which one requirement failed in each of some groups."""
    names = [f"create/group-{number}/rule" for number in range(groups)]
    listed = [records.requirement(name, "The server MUST keep it.") for name in names]
    found = [
        records.finding(f"f{number}", name, "x1", expected="a", observed=text, curl=f"curl {text}")
        for number, name in enumerate(names)
    ]
    return report_of(
        folder,
        [
            records.header(listed),
            records.exchange("x1", findings=[one["id"] for one in found], bears_on=[]),
            *found,
            records.note(text),
            *(records.verdict(name, "failed", exchanges=1) for name in names),
            records.footer("not conformant", summary=text, reason=text),
        ],
    )


def test_each_failed_group_has_an_annotation(tmp_path: Path) -> None:
    lines = annotation_lines(report_of(tmp_path, records.nonconformant()))
    assert lines[1] == (
        "::error title=orders-conformance 409%3A 1 of 2 failed::create/409/duplicate (must): "
        "expected 409, because an order with this referenceId and orderedAt was created by x1; "
        "observed 201 with another ref (1 of 5)"
    )
    assert len(lines) == 3


@pytest.mark.parametrize(("groups", "lines"), [(1, 1), (10, 10), (11, 10), (60, 10)])
def test_there_are_at_most_ten_annotations(tmp_path: Path, groups: int, lines: int) -> None:
    assert len(annotation_lines(failing(tmp_path, groups))) == lines


def test_the_last_annotation_sums_up_the_rest(tmp_path: Path) -> None:
    assert annotation_lines(failing(tmp_path, 12))[-1] == (
        "::error title=orders-conformance%3A 3 more failed requirements::In 3 more groups: group-9, group-10, group-11"
    )


@pytest.mark.parametrize("text", [HOSTILE, records.HOSTILE_TEXT, "a\r::stop-commands::x", "a\u2028::error::b"])
def test_an_annotation_is_one_line_whatever_the_server_sent(tmp_path: Path, text: str) -> None:
    for line in annotation_lines(failing(tmp_path, 12, text)):
        assert len(line.splitlines()) == 1
        title, message = re.fullmatch(r"::error title=([^:,]*)::(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr] # a failure of the test
        assert re.sub(r"%(25|0A|3A|2C)", "", title + message).count("%") == 0


def lacking(folder: Path) -> Report:
    """Make the report of a run in which it seems that the target lacks a feature."""
    names = [f"create/409/{number}" for number in range(5)]
    listed = [records.requirement(name, "The server MUST keep it.") | {"needs": ["memory"]} for name in names]
    return report_of(
        folder,
        [
            records.header(listed),
            records.exchange("x1", findings=[f"f{number}" for number in range(5)], bears_on=[]),
            *(
                records.finding(f"f{number}", name, "x1", expected="a", observed="b")
                for number, name in enumerate(names)
            ),
            records.note("it seems that it never remembers: --without memory") | {"feature": "memory"},
            *(records.verdict(name, "failed", exchanges=1) for name in names),
            records.footer("not conformant"),
        ],
    )


def test_an_annotation_begins_with_the_feature_that_seems_to_be_lacking(tmp_path: Path) -> None:
    (line,) = annotation_lines(lacking(tmp_path))
    assert line.startswith(
        "::error title=orders-conformance memory%3A 5 of 5 failed::"
        "It seems that it never remembers: --without memory%0Acreate/409/0 (must): expected a; observed b"
    )


def test_the_summary_says_once_that_a_feature_seems_to_be_lacking_and_shows_examples(tmp_path: Path) -> None:
    summary = job_summary(lacking(tmp_path), "f")
    assert visible_text(summary).count("It seems that it never remembers: --without memory") == 1
    assert summary.count("<details>") == 3
    assert "… and 2 more; the report has all of them." in summary


def test_a_broken_run_is_annotated_with_its_reason(tmp_path: Path) -> None:
    (line,) = annotation_lines(report_of(tmp_path, records.conformant()[:-1]))
    assert line.startswith("::error title=orders-conformance%3A the run::")


def test_a_conformant_run_has_no_annotation(tmp_path: Path) -> None:
    assert annotation_lines(report_of(tmp_path, records.conformant())) == ()


def visible_text(summary: str) -> str:
    """Read what a reader of the summary sees."""
    return Elements(MarkdownIt("commonmark").enable("table").render(summary)).text


class Elements(HTMLParser):
    """Collects the elements and the text of HTML."""

    def __init__(self, document: str) -> None:
        """Read a document."""
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_summary_has_outcome_groups_failures_and_the_folder(tmp_path: Path) -> None:
    text = visible_text(job_summary(report_of(tmp_path, records.nonconformant()), "conformance-report"))
    assert "orders-conformance: not conformant" in text
    assert "Not conformant: 3 requirements of level must failed, 2 were not tested." in text
    assert re.search(r"409\s+1 of 2 failed\s+create/409/duplicate", text)
    assert records.CURL in text
    assert "are in the folder conformance-report" in text


def test_each_failure_is_a_fold_that_begins_closed(tmp_path: Path) -> None:
    summary = job_summary(report_of(tmp_path, records.nonconformant()), "conformance-report")
    assert (summary.count("<details>"), summary.count("</details>")) == (3, 3)


@pytest.mark.parametrize("text", [HOSTILE, records.HOSTILE_TEXT])
def test_the_text_of_a_server_forms_no_markup(tmp_path: Path, text: str) -> None:
    plain = Elements(MarkdownIt("commonmark").enable("table").render(job_summary(failing(tmp_path, 3), "f")))
    hostile = Elements(MarkdownIt("commonmark").enable("table").render(job_summary(failing(tmp_path, 3, text), text)))
    assert (hostile.found, hostile.attributes) == (plain.found, set())


def test_every_text_of_a_server_stands_apart(tmp_path: Path) -> None:
    summary = job_summary(failing(tmp_path, 3, "hostile"), "f")
    outside = re.sub(r"<(tt|pre)>.*?</\1>", "", summary, flags=re.DOTALL)
    assert "hostile" in summary
    assert "hostile" not in outside


def test_the_summary_fits_where_everything_failed_at_length(tmp_path: Path) -> None:
    assert len(job_summary(failing(tmp_path, 400, "<" * 5_000), "f").encode()) < 1024 * 1024
