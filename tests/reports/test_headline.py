"""The outcome of a run is said in one sentence, the same in every format."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.reports.ci.github import job_summary
from orders_conformance.reports.console import detail_lines, last_lines
from orders_conformance.reports.formats import badge, ctrf, junit, markdown
from orders_conformance.reports.headline import headline
from orders_conformance.reports.markup import inert_line
from orders_conformance.reports.page.html import page
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.sentences import NARROWED, sends_no
from orders_conformance.reports.summary import Report, summarise
from tests.support import records


def one(verdict: str, level: str = "must", **changes: Any) -> Report:
    """Return a requirement of a report."""
    return {
        "level": level,
        "verdict": verdict,
        "reason": None,
        "without": None,
        "forced": False,
        "deviation": None,
        **changes,
    }


def report(outcome: str, *requirements: Report, **changes: Any) -> Report:
    """Return what a report has for its sentence."""
    counts = {
        level: {"untested": sum((one["level"], one["verdict"]) == (level, "untested") for one in requirements)}
        for level in ("must", "should")
    }
    return {
        "outcome": outcome,
        "reason": None,
        "ended_at": "2024-05-01T08:00:00Z",
        "profile": "tenant",
        "fail_on": "must",
        "selection": None,
        "without": [],
        "requirements": list(requirements),
        "counts": counts,
        **changes,
    }


CONCURRENT = one("untested", reason=sends_no("tenant", "concurrent duplicates"))
LOCKED = one("untested", reason="the target locks the account")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (report("conformant", one("passed")), "Conformant: every requirement that counts was tested and passed"),
        (
            report("conformant", one("passed"), one("failed", "should")),
            "Conformant: every requirement that counts was tested and passed; 1 should failed, which does not count",
        ),
        (
            report("conformant", one("passed"), one("untested", "should"), fail_on="should"),
            "Conformant: nothing failed; 1 should was not tested",
        ),
        (
            report("partial", CONCURRENT),
            "Nothing failed; not tested by this profile: 1 must (concurrent duplicates)",
        ),
        (
            report("partial", CONCURRENT, one("failed", "should")),
            "Nothing that counts failed; not tested by this profile: 1 must (concurrent duplicates)",
        ),
        (
            report("partial", CONCURRENT, LOCKED, LOCKED),
            (
                "Nothing failed; not tested by this profile: 1 must (concurrent duplicates); "
                "not tested: 2 must (the target locks the account)"
            ),
        ),
        (
            report("partial", LOCKED, *(one("untested", reason=f"reason {number}") for number in range(3))),
            "Nothing failed; not tested: 4 must (the target locks the account; reason 0; and 2 more reasons)",
        ),
        (
            report("partial", one("passed"), selection="409", reason=NARROWED),
            "Nothing failed; only what matches '409' was judged",
        ),
        (
            report("partial", one("passed"), reason=f"{NARROWED}; more"),
            "Nothing failed; only some of the requirements were judged",
        ),
        (
            report("partial", one("untested", without="memory"), without=["memory"]),
            "Nothing failed; declared without memory, so that 1 must was not tested",
        ),
        (
            report("partial", one("passed"), without=["memory", "echo"]),
            "Nothing failed; declared without memory, echo",
        ),
        (
            report("partial", one("waived"), one("waived"), one("waived", "should")),
            "Nothing failed; waived by a declared deviation: 2 must",
        ),
        (
            report("partial", one("waived"), one("waived", "should"), fail_on="should"),
            "Nothing failed; waived by a declared deviation: 1 must, 1 should",
        ),
        (
            report("partial", one("passed", forced=True)),
            "Nothing failed; judged by forced responses alone: 1 must",
        ),
        (report("partial", one("passed")), "Nothing failed; only a part was judged"),
        (report("broken", one("untested")), "Broken: the run could not judge the server"),
        (report("broken", ended_at=None), "Not judged: the run ended early"),
        (report("not conformant"), "Not conformant"),
    ],
)
def test_every_outcome_has_a_sentence_of_its_own(told: Report, sentence: str) -> None:
    assert headline(told, []) == sentence


@pytest.mark.parametrize("make", [records.conformant, records.nonconformant, records.hostile])
def test_every_format_has_the_same_sentence(tmp_path: Path, make: Callable[[], list[records.Event]]) -> None:
    made = summarise(read(records.save(tmp_path / "record.jsonl", make())))
    said = made["headline"]
    assert last_lines(made, tmp_path)[0] == said
    assert f">{said}</h1>" in page(made)
    assert inert_line(said, 600) in markdown.document(made).decode().splitlines()
    assert inert_line(said, 600) in job_summary(made, "folder").splitlines()
    assert f'<property name="headline" value="{said}" />' in junit.document(made).decode()
    assert json.loads(ctrf.document(made))["results"]["summary"]["extra"]["headline"] == said
    message = json.loads(badge.document(made))["message"]
    assert message in {said, "conformant"} or (message.endswith("…") and said.startswith(message[:-1]))


def test_every_format_tells_apart_what_looks_the_same(tmp_path: Path) -> None:
    events = records.nonconformant()
    for event in events:
        if event["type"] == "finding":
            event |= {"expected": '"caf\u00e9"', "observed": '"cafe\u0301"'}
    made = summarise(read(records.save(tmp_path / "record.jsonl", events)))
    texts = (
        "\n".join(detail_lines(made)),
        page(made),
        html.unescape(markdown.document(made).decode()),
        junit.document(made).decode(),
        json.dumps(json.loads(ctrf.document(made)), ensure_ascii=False),
    )
    assert [name for name in ("caf⟨U+00E9⟩", "cafe⟨U+0301⟩") for text in texts if name not in text] == []


def test_what_is_broken_is_said_with_how_much_else_is(tmp_path: Path) -> None:
    made = summarise(read(records.save(tmp_path / "record.jsonl", records.nonconformant())))
    assert made["headline"].startswith("Not conformant: the server does ")
    assert made["headline"].endswith(" (1 must), and 3 other causes (2 must, 1 should)")
