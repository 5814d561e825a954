"""A record that contradicts itself is rejected."""

from pathlib import Path

import pytest

from orders_conformance.reports.record.reader import read
from orders_conformance.reports.record.types import Record
from orders_conformance.reports.summary import summarise
from tests.support import records

MUST, SHOULD = "create/201/http-status", "create/401/www-authenticate"
LISTED = [
    records.requirement(MUST, "The server MUST respond with 201 to a valid order."),
    records.requirement(SHOULD, "A 401 response SHOULD have a WWW-Authenticate header.", level="should"),
]
DECLARED = records.deviations(records.deviation("create/*"), records.deviation(MUST, expires=None))
HEADER = records.header(LISTED, deviations=DECLARED)
GATED = records.header(LISTED, fail_on="should", deviations=DECLARED)
EXCHANGE = records.exchange("x1", findings=["f1"])
FINDING = records.finding("f1", MUST, "x1")


def recorded(folder: Path, *events: records.Event) -> Record:
    return read(records.save(folder / "record.jsonl", events))


def ending(outcome: str, must: str = "passed", should: str = "passed") -> list[records.Event]:
    reason = "for a reason" if outcome in {"partial", "broken"} else None
    given = [records.verdict(name, word) for name, word in ((MUST, must), (SHOULD, should))]
    given = [one | ({"declared": "create/*"} if one["verdict"] == "waived" else {}) for one in given]
    return [*given, records.footer(outcome, reason=reason)]


def stale(about: str, outcome: str, **changes: str | None) -> list[records.Event]:
    failed = records.verdict(about, "failed", against=0, reason="It is stale.") | {"declared": "create/*"} | changes
    others = [records.verdict(name) for name in (MUST, SHOULD) if name != about]
    return [failed, *others, *ending(outcome)[2:]]


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        ([HEADER, FINDING, *ending("not conformant", "failed")], "names the exchange x1, which is not in the record"),
        ([HEADER, EXCHANGE, *ending("conformant")], "names the finding f1, which is not in the record"),
        (
            [HEADER, records.observation(MUST, "seen", "x1"), *ending("conformant")],
            "an observation event names the exchange x1",
        ),
        ([HEADER, records.untested("create/x", "why"), *ending("conformant")], "an untested event names create/x"),
        ([HEADER, records.verdict("create/x"), *ending("conformant")], "a verdict event names create/x"),
        ([HEADER, *ending("conformant")[1:]], f"no verdict for the requirement {MUST}"),
        ([HEADER, *ending("conformant")[2:]], f"no verdict for the requirement {MUST} and 1 more"),
        ([records.header(LISTED * 2), *ending("conformant")], f"lists the requirement {MUST} 2 times"),
        (
            [HEADER, EXCHANGE, FINDING | {"before": ["x0"]}, *ending("not conformant", "failed")],
            "names the exchange x0, which is not in the record",
        ),
        (
            [HEADER, EXCHANGE, FINDING, *ending("conformant")],
            f"more exchanges failed the requirement {MUST} than its verdict counts",
        ),
        (
            [HEADER, EXCHANGE, FINDING, *ending("partial", "untested")],
            f"more exchanges failed the requirement {MUST} than its verdict counts",
        ),
        (
            [HEADER, records.verdict(MUST, against=1), *ending("conformant")[1:]],
            "is passed although exchanges failed it",
        ),
        (
            [HEADER, records.verdict(MUST, "untested", against=1), *ending("partial")[1:]],
            "is untested although exchanges failed it",
        ),
        (
            [HEADER, records.verdict(MUST, "failed", against=0), *ending("not conformant")[1:]],
            "is failed although no exchange failed it",
        ),
        (
            [HEADER, records.verdict(MUST, "waived", against=0, declared=MUST), *ending("partial")[1:]],
            "is waived although no exchange failed it",
        ),
        (
            [HEADER, records.verdict(MUST, "failed", against=4), *ending("not conformant")[1:]],
            f"more exchanges failed the requirement {MUST} than tested it",
        ),
        (
            [HEADER, records.verdict(MUST, exchanges=0), *ending("conformant")[1:]],
            "is passed although no exchange tested it",
        ),
        ([HEADER, *ending("conformant", "failed")], "conformant although a requirement that counts failed"),
        ([HEADER, *ending("partial", "failed")], "partial although a requirement that counts failed"),
        ([GATED, *ending("conformant", should="failed")], "conformant although a requirement that counts failed"),
        ([HEADER, *ending("conformant", "untested")], "although a requirement that counts is untested or waived"),
        ([HEADER, *ending("conformant", "waived")], "although a requirement that counts is untested or waived"),
        ([GATED, *ending("conformant", should="waived")], "although a requirement that counts is untested or waived"),
        ([HEADER, *stale(SHOULD, "conformant")], "conformant although a declared deviation is stale"),
        ([HEADER, *stale(SHOULD, "partial")], "partial although a declared deviation is stale"),
        ([HEADER, *stale(MUST, "not conformant", declared=None)], "is failed although no exchange failed it"),
        (
            [HEADER, *stale(MUST, "not conformant", declared="create/4*")],
            "names a deviation that the header does not declare for it",
        ),
        (
            [HEADER, *stale(SHOULD, "not conformant", declared=MUST)],
            "names a deviation that the header does not declare for it",
        ),
        (
            [records.header(LISTED), *ending("partial", "waived")],
            "names a deviation that the header does not declare for it",
        ),
        (
            [HEADER, records.verdict(MUST, "waived", reason="why"), *ending("partial")[1:]],
            "is waived although no deviation was declared",
        ),
        (
            [HEADER | {"started_at": "2025-01-01T00:00:00Z"}, *ending("partial", "waived")],
            "is waived although the deviation had expired",
        ),
    ],
)
def test_a_contradiction_makes_the_outcome_broken(tmp_path: Path, events: list[records.Event], complaint: str) -> None:
    record = recorded(tmp_path, *events)
    assert record.damage is not None
    assert complaint in record.damage
    assert summarise(record)["outcome"] == "broken"


@pytest.mark.parametrize(
    "events",
    [
        [HEADER, *ending("conformant")],
        [HEADER, *ending("conformant", should="failed")],
        [HEADER, *ending("conformant", should="untested")],
        [HEADER, *ending("partial", "untested")],
        [HEADER, *ending("partial", "waived")],
        [HEADER, *ending("broken", "untested")],
        [HEADER, *ending("not conformant", "failed")],
        [GATED, *ending("not conformant", should="failed")],
        [HEADER, EXCHANGE, FINDING | {"before": ["x1"]}, *ending("not conformant", "failed")],
        [HEADER, *ending("conformant", should="waived")],
        [HEADER | {"started_at": "2024-12-31T23:59:59Z"}, *ending("partial", "waived")],
        [HEADER, *stale(MUST, "not conformant")],
        [HEADER, *stale(SHOULD, "not conformant")],
        [HEADER, *stale(MUST, "broken")],
        [HEADER, EXCHANGE | {"bears_on": ["create/not-selected"], "findings": []}, *ending("conformant")],
    ],
)
def test_a_record_that_agrees_with_itself_is_sound(tmp_path: Path, events: list[records.Event]) -> None:
    record = recorded(tmp_path, *events)
    assert record.damage is None
    assert summarise(record)["outcome"] == events[-1]["outcome"]


def explained(cause: str, *verdicts: str) -> list[records.Event]:
    """Return a record in which a requirement with a finding is untested because of another one."""
    events = [HEADER, EXCHANGE, FINDING, records.untested(MUST, f"follows from {cause}") | {"follows_from": cause}]
    given = [records.verdict(name, word) for name, word in zip((MUST, SHOULD), verdicts, strict=True)]
    return [*events, given[0] | {"exchanges": 4, "against": 1}, given[1], records.footer("partial", reason="why")]


def test_findings_of_an_untested_requirement_may_follow_from_one_that_failed(tmp_path: Path) -> None:
    record = recorded(tmp_path, *explained(SHOULD, "untested", "failed"))
    assert record.damage is None
    assert summarise(record)["requirements"][0]["verdict"] == "untested"


@pytest.mark.parametrize(("cause", "verdict"), [(SHOULD, "passed"), (MUST, "failed"), ("create/x", "failed")])
def test_a_cause_that_did_not_fail_explains_nothing(tmp_path: Path, cause: str, verdict: str) -> None:
    record = recorded(tmp_path, *explained(cause, "untested", verdict))
    assert record.damage is not None
    assert f"the requirement {MUST} is untested although exchanges failed it" in record.damage


def test_a_verdict_that_leads_with_an_unknown_finding_is_a_contradiction(tmp_path: Path) -> None:
    given = [records.verdict(MUST, "failed", lead="f9"), records.verdict(SHOULD), records.footer("not conformant")]
    damage = recorded(tmp_path, HEADER, EXCHANGE, FINDING, *given).damage
    assert damage is not None
    assert "names the finding f9" in damage


def test_a_conformant_outcome_by_forced_responses_alone_is_a_contradiction(tmp_path: Path) -> None:
    for outcome, damaged in (("conformant", True), ("partial", False)):
        forced, *others = ending(outcome)
        damage = recorded(tmp_path, HEADER, forced | {"forced": True}, *others).damage
        assert ("judged by forced responses alone" in str(damage)) is damaged
