"""The page has everything an auditor needs, and hostile text in it is harmless."""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.reports.page.html import page
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import OBSERVATIONS_SHOWN, summarise
from orders_conformance.reports.text import visible_line
from tests.support import records

VOID = frozenset({"meta", "link", "wbr", "input"})


class Outline(HTMLParser):
    """The elements of a page, their attributes, and its text; elements must be closed in order."""

    def __init__(self, markup: str) -> None:
        """Read `markup`."""
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = self.body = ""
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost element is closed."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take in text; that of the body is what can be read."""
        self.text += data
        if "body" in self._open and "script" not in self._open:
            self.body += data

    def values(self, attribute: str) -> list[str]:
        """Return all values of an attribute."""
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


def markup_of(folder: Path, events: list[records.Event]) -> str:
    return page(summarise(read(records.save(folder / "record.jsonl", events))))


def outline_of(folder: Path, events: list[records.Event]) -> Outline:
    return Outline(markup_of(folder, events))


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("sample", [records.conformant, records.nonconformant, records.hostile, records.large])
def test_every_link_within_the_page_leads_somewhere_and_no_id_stands_twice(
    tmp_path: Path,
    sample: Any,
) -> None:
    outline = outline_of(tmp_path, sample())
    names = Counter(outline.values("id"))
    links = {link.removeprefix("#") for link in outline.values("href") if link.startswith("#")}
    assert not [name for name, times in names.items() if times > 1]
    assert links <= names.keys()
    assert set(outline.values("aria-labelledby")) <= names.keys()


def test_every_requirement_appears_with_sentence_and_id(tmp_path: Path) -> None:
    text = outline_of(tmp_path, records.nonconformant()).text
    missing = [each["id"] for each in records.requirements() if each["sentence"] not in text or each["id"] not in text]
    assert missing == []


@pytest.mark.parametrize(
    "told",
    [
        "Not conformant: 3 requirements of level must failed, 2 were not tested.",
        "400, because price is a string instead of a number",
        '201; the order was created with price "50"',
        "POST http://127.0.0.1:49152/v2.1/orders Authorization: Basic [redacted] Content-Type: application/json",
        '"price": "50"',
        "201 Created",
        records.CURL,
        "The gateway strips it.",
        "Declared for create/401/* Ticket https://tracker.example/ORD-311 Accepted until 2024-12-31",
        "1, in a file with the digest sha256:" + "51c0" * 16,
        "The budget of 500 requests was spent.",
        "Null was accepted. 3 times, first in x1",
        "The clock of the target is 2 s behind.",
        "sha256:" + "8d3f" * 16,
        "orders-conformance run --target http://127.0.0.1:49152 --profile ci --seed 20240501 --fail-on must --timeout",
        "Shown by 3 of the 8 exchanges that tested it.",
        "8 exchanges, 3 failed",
        "Shown once; not seen again in the 4 other exchanges that tested it.",
        "Step 1. Send POST /v2.1/orders Content-Type: application/json · exchange x1",
        "409, because an order with this referenceId and orderedAt was created in step 1",
        "The server does not reject an exact repeat, but responds with 201 1 must",
        "orders-conformance replay record.jsonl f4 --target http://127.0.0.1:49152",
        "201 Created 3",
        "timeout not documented 1",
        "409 Conflict 0",
        "x1 accept/plain 201, credentials “right”, 250 ms into the run, 12 ms long",
        "Not stated",
        "412 requests, including 3 retries; 188 orders created; 6.21 s",
        "accepted_statuses [429, 503]",
        "OC7F3A (every reference that the run sent starts with it)",
        "plain A value or an order that every conformant server accepts.",
        "unusual A value or an order of which it is not specified whether it is accepted.",
        "key Reference and instant of an order. Two orders with the same key are duplicates.",
    ],
)
def test_the_page_contains(tmp_path: Path, told: str) -> None:
    assert told in flat(outline_of(tmp_path, records.nonconformant()).text)


def test_one_request_is_counted_in_the_singular(tmp_path: Path) -> None:
    *events, footer = records.conformant()
    traffic = footer["traffic"] | {"requests": 1, "retries": 1, "orders_created": 1}
    text = flat(outline_of(tmp_path, [*events, footer | {"traffic": traffic}]).text)
    assert "1 request, including 1 retry; 1 order created" in text


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        ("conformant", "Conformant"),
        ("partial", "Partial"),
        ("not conformant", "Not conformant"),
        ("broken", "Broken"),
    ],
)
def test_the_outcome_is_said_in_words_with_its_reason(tmp_path: Path, outcome: str, word: str) -> None:
    *events, _ = records.conformant()
    text = flat(outline_of(tmp_path, [*events, records.footer(outcome, reason="The reason.")]).text)
    assert f" Outcome {word} All requirements that count were tested and kept. Why: The reason." in text


def test_a_run_that_was_killed_says_once_that_it_was_not_judged(tmp_path: Path) -> None:
    outline = outline_of(
        tmp_path, [event for event in records.nonconformant() if event["type"] not in {"verdict", "footer"}]
    )
    text = flat(outline.body)
    assert "Not judged: the run ended early" in text
    assert text.count("ended early") == 2  # the headline, and the sentence with the number of exchanges
    assert "ended early, after 7 exchanges, in which 5 of 53 requirements failed." in text
    assert "damaged" not in text
    assert "untested" not in text
    assert "· not judged" in text


def test_a_damaged_record_is_shown_as_broken_with_the_reason(tmp_path: Path) -> None:
    first, *others = records.conformant()
    text = flat(outline_of(tmp_path, [first, others[0], *others]).body)
    assert "Broken: the run could not judge the server" in text
    assert "Why: The record is damaged: line 3 repeats the exchange x1." in text


@pytest.mark.parametrize(("suite", "shown"), [({}, ""), ({"commit": "0c0ffee"}, ", commit 0c0ffee")])
def test_the_commit_of_the_suite_is_shown_only_where_it_is_known(
    tmp_path: Path, suite: dict[str, str], shown: str
) -> None:
    header = records.header()
    text = flat(outline_of(tmp_path, [header | {"suite": header["suite"] | suite}]).text)
    assert f"orders-conformance 0.1.0{shown} " in text
    assert text.count(", commit") == (1 if shown else 0)


def test_a_stale_deviation_fails_with_its_reason_and_without_evidence(tmp_path: Path) -> None:
    name = "create/no-5xx"
    stale = records.verdict(name, "failed", against=0, reason="the declared deviation was not seen", declared=name)
    events = [
        records.header(deviations=records.deviations(records.deviation(name, ticket=None, expires=None))),
        *records.verdicts(records.requirements(), {name: stale}),
        records.footer("not conformant"),
    ]
    text = flat(outline_of(tmp_path, events).text)
    assert "failed stale declaration must create/no-5xx" in text
    assert "The declared deviation was not seen" in text
    assert "Declared reason The gateway strips it. Ticket None Accepted until No date was declared" in text
    assert "The record has no finding for it." not in text


def test_many_observations_are_folded_and_counted(tmp_path: Path) -> None:
    name = "create/409/near"
    events = [
        records.header(),
        *(records.observation(name, f"value {number}") for number in range(OBSERVATIONS_SHOWN + 2)),
        *records.verdicts(records.requirements()),
        records.footer(),
    ]
    assert "value 4 2 more value 5 value 6" in flat(outline_of(tmp_path, events).text)


def test_a_failure_without_a_response_says_what_came_instead(tmp_path: Path) -> None:
    name = "create/no-5xx"
    failure = {"kind": "timeout", "detail": "no response within 10 s"}
    events = [
        records.header(),
        records.exchange("x1", response=None, failure=failure, findings=["f1"]),
        records.finding("f1", name, "x1"),
        *records.verdicts(records.requirements(), {name: records.verdict(name, "failed")}),
        records.footer("not conformant"),
    ]
    assert "No response timeout no response within 10 s" in flat(outline_of(tmp_path, events).text)


@pytest.mark.parametrize("sample", [records.nonconformant, records.hostile])
def test_the_page_needs_no_other_resource_and_has_one_script_of_its_own(tmp_path: Path, sample: Any) -> None:
    outline = outline_of(tmp_path, sample())
    tags = {tag for tag, _ in outline.elements}
    handlers = {name for _, attributes in outline.elements for name in attributes if name.startswith("on")}
    assert not tags & {"img", "iframe", "object", "embed", "form", "base", "svg"}
    assert [tag for tag, _ in outline.elements].count("script") == 1
    assert not handlers
    assert not outline.values("style")
    assert not outline.values("src")
    elsewhere = {link for link in outline.values("href") if not link.startswith("#")}
    assert elsewhere <= {"data:,", "https://tracker.example/ORD-311"}


@pytest.mark.parametrize(
    ("ticket", "linked"),
    [
        ("https://tracker.example/ORD-311?a=1&b=2", True),
        ("http://tracker.example/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("ORD-311", False),
        ("//[", False),
        ("https://tracker.example/\u202e", False),
        ('https://tracker.example/"onclick="alert(1)', True),
    ],
)
def test_a_ticket_is_a_link_only_where_it_leads_to_a_page(tmp_path: Path, *, ticket: str, linked: bool) -> None:
    name = "create/401/www-authenticate"
    declared = records.header(deviations=records.deviations(records.deviation(name, ticket=ticket)))
    waived = records.verdict(name, "waived", reason="The gateway strips it.", declared=name)
    events = [declared, *records.verdicts(records.requirements(), {name: waived}), records.footer()]
    outline = outline_of(tmp_path, events)
    assert (ticket in outline.values("href")) is linked
    assert visible_line(ticket) in outline.text
    assert not outline.values("onclick")


def digest_of(markup: str, element: str) -> str:
    (source,) = re.findall(rf"<{element}>(.*?)</{element}>", markup, re.DOTALL)
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(tmp_path: Path) -> None:
    markup = markup_of(tmp_path, records.nonconformant())
    policy = next(
        attributes["content"]
        for _, attributes in Outline(markup).elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest_of(markup, 'style')}'; "
        f"script-src 'sha256-{digest_of(markup, 'script')}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_no_text_of_a_record_gets_into_the_script_and_only_harmless_text_into_the_style(tmp_path: Path) -> None:
    hostile = 'x" } * { display: none } </style><script>alert(1)</script>'
    events = records.conformant()
    altered = [events[0] | {"run": hostile, "target": {"url": hostile, "embedded": False}}, *events[1:]]
    plain, other = markup_of(tmp_path, events), markup_of(tmp_path, altered)
    assert digest_of(plain, "script") == digest_of(other, "script")
    style = other[other.index("<style>") : other.index("</style>")]
    assert "run x_ _ _ _ display: none _ _/style__script_alert(1)_/script_" in style


def test_hostile_text_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    markup = markup_of(tmp_path, records.hostile())
    assert "&lt;script&gt;document.title=" in markup
    assert "⟨ESC⟩]0;owned⟨BEL⟩" in markup
    assert all(char in "\n\t" or char.isprintable() for char in markup)


def test_long_texts_are_cut_and_their_length_is_said(tmp_path: Path) -> None:
    markup = markup_of(tmp_path, records.hostile())
    length = len(records.hostile()[1]["response"]["body"]["text"])
    assert f"4,000 of {length:,} characters shown." in markup
    assert "(1,000 of 5,000 characters shown)" in markup
    assert "60 of 102 headers shown." in markup
    assert len(markup) < 200_000


def test_a_body_that_is_not_text_is_shown_with_its_bytes_named(tmp_path: Path) -> None:
    markup = markup_of(tmp_path, records.hostile())
    assert r"\xff\xd8\xff⟨NUL⟩⟨ESC⟩⟨ESC⟩&lt;script&gt;" in markup
    assert r"Not UTF-8: other bytes are shown as \xNN." in markup


def test_of_many_exchanges_only_those_that_are_evidence_are_on_the_page(tmp_path: Path) -> None:
    report = summarise(read(records.save(tmp_path / "record.jsonl", records.large(exchanges=800, found=0))))
    outline = Outline(page(report))
    shown = {name for name in outline.values("id") if name.startswith("x-")}
    named = [
        name for one in report["requirements"] if one["evidence"] for name in (one["evidence"], *one["evidence_after"])
    ]
    assert shown == {f"x-{name}" for name in named}
    assert 0 < len(shown) <= len(report["requirements"])
    assert all(f"#x-{one['evidence']}" in outline.values("href") for one in report["requirements"] if one["evidence"])


def test_headings_skip_no_level(tmp_path: Path) -> None:
    levels = [int(tag[1]) for tag, _ in outline_of(tmp_path, records.nonconformant()).elements if re.match(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
