"""The deviations file that a report suggests lists what failed, keeps declared ones, and escapes hostile text."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.reports.formats.deviations import additions, open_reasons, suggestion
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import Report, summarise
from orders_conformance.reports.write import write_deviations
from tests.support import records

MUST, SHOULD = "create/201/http-status", "create/401/www-authenticate"
FAILED = ["create/request/price/type", "create/400/message/names-field", "create/409/duplicate", "create/no-5xx"]
WAIVED = "create/401/*"


def report_of(folder: Path, events: list[records.Event]) -> Report:
    return summarise(read(records.save(folder / "record.jsonl", events)))


def entries(text: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tomllib.loads(text).get("deviation", [])
    return listed


def declaring(folder: Path, entry: records.Event, verdict: records.Event) -> Report:
    """Return the report of a run with one declared deviation and one verdict that is not plain."""
    declared = records.header(deviations=records.deviations(entry))
    given = records.verdicts(records.requirements(), {verdict["requirement"]: verdict})
    return report_of(folder, [declared, *given, records.footer("not conformant")])


def test_what_failed_has_a_blank_reason_and_what_is_waived_keeps_its_own(tmp_path: Path) -> None:
    listed = entries(suggestion(report_of(tmp_path, records.nonconformant())))
    kept = {
        "requirement": WAIVED,
        "reason": "The gateway strips it.",
        "ticket": "https://tracker.example/ORD-311",
        "expires": date(2024, 12, 31),
    }
    assert listed[0] == kept
    assert [(one["requirement"], one["reason"]) for one in listed[1:]] == [(name, "") for name in FAILED]


def test_the_open_reasons_are_counted(tmp_path: Path) -> None:
    assert open_reasons(report_of(tmp_path, records.nonconformant())) == len(FAILED)


def test_an_entry_says_in_comments_what_was_seen(tmp_path: Path) -> None:
    assert (
        "[[deviation]]\n"
        "# must: The server MUST reject an order whose price is not a number.\n"
        "# Expected: 400, because price is a string instead of a number\n"
        '# Observed: 201; the order was created with price "50"\n'
        'requirement = "create/request/price/type"\n'
        'reason = ""\n'
    ) in suggestion(report_of(tmp_path, records.nonconformant()))


def test_what_a_server_says_stays_in_its_comment(tmp_path: Path) -> None:
    text = suggestion(report_of(tmp_path, records.hostile()))
    assert [one["requirement"] for one in entries(text)] == ["create/request/price/type"]
    assert all(line.isprintable() for line in text.split("\n"))
    assert all(len(line) < 400 for line in text.split("\n"))


def test_a_line_break_of_a_server_ends_no_comment(tmp_path: Path) -> None:
    name = "create/request/price/type"
    events = [
        records.header(),
        records.exchange("x1", findings=["f1"]),
        records.finding("f1", name, "x1", observed='no\n[[deviation]]\nrequirement = "create/*"\nreason = "all"\r#'),
        *records.verdicts(records.requirements(), {name: records.verdict(name, "failed")}),
        records.footer("not conformant"),
    ]
    assert entries(suggestion(report_of(tmp_path, events))) == [{"requirement": name, "reason": ""}]


def test_a_declaration_that_no_longer_holds_is_left_out(tmp_path: Path) -> None:
    stale = records.verdict(MUST, "failed", against=0, reason="It is stale.", declared=MUST)
    assert entries(suggestion(declaring(tmp_path, records.deviation(MUST), stale))) == []


def test_a_declaration_that_is_expired_needs_a_new_reason(tmp_path: Path) -> None:
    stale = records.verdict(MUST, "failed", reason="It expired.", declared=MUST)
    text = suggestion(declaring(tmp_path, records.deviation(MUST, expires="2024-04-30"), stale))
    assert entries(text) == [{"requirement": MUST, "reason": ""}]
    assert "# Before: It expired.\n" in text


@pytest.mark.parametrize(("expires", "kept"), [(None, 1), ("2024-05-01", 1), ("2024-04-30", 0)])
def test_a_declaration_of_what_was_not_tested_is_kept_until_it_expires(
    tmp_path: Path, *, expires: str | None, kept: int
) -> None:
    untested = records.verdict(MUST, "untested", exchanges=0)
    assert len(entries(suggestion(declaring(tmp_path, records.deviation(MUST, expires=expires), untested)))) == kept


def test_a_conformant_report_suggests_nothing(tmp_path: Path) -> None:
    assert entries(suggestion(report_of(tmp_path, records.conformant()))) == []


def test_what_a_file_has_already_is_not_added_again(tmp_path: Path) -> None:
    report, path = report_of(tmp_path, records.nonconformant()), tmp_path / "deviations.toml"
    assert write_deviations(report, path)
    assert path.read_text(encoding="utf-8") == suggestion(report)
    assert write_deviations(report, path)
    assert path.read_text(encoding="utf-8") == suggestion(report)


def test_what_is_added_leaves_what_stands_there(tmp_path: Path) -> None:
    report = report_of(tmp_path, records.nonconformant())
    mine = '# Mine.\n[[deviation]] # of the gateway\nrequirement   = "create/409/*"\nreason = "Known."   \n'
    text = additions(report, mine)
    assert text.startswith(mine.rstrip())
    assert [one["requirement"] for one in entries(text)] == [
        "create/409/*",
        *(name for name in FAILED if not name.startswith("create/409/")),
    ]


def test_a_group_that_failed_as_a_whole_is_one_pattern(tmp_path: Path) -> None:
    listed = [
        records.requirement(f"create/{name}", "The server MUST.")
        for name in ("a/b/one", "a/b/two", "a/c", "d/one", "d/two")
    ]
    failing = [one["id"] for one in listed if one["id"] != "create/d/two"]
    events = [
        records.header(requirements=listed),
        records.exchange("x1", findings=[f"f{number}" for number in range(4)]),
        *(records.finding(f"f{number}", name, "x1") for number, name in enumerate(failing)),
        *records.verdicts(listed, {name: records.verdict(name, "failed") for name in failing}),
        records.footer("not conformant"),
    ]
    text = suggestion(report_of(tmp_path, events))
    assert [one["requirement"] for one in entries(text)] == ["create/a/*", "create/d/one"]
    assert "# All 3 of this group failed: create/a/b/one, create/a/b/two, create/a/c\n" in text


def test_an_intermittent_deviation_stays_intermittent(tmp_path: Path) -> None:
    held = records.verdict(MUST, "passed")
    text = suggestion(declaring(tmp_path, {**records.deviation(MUST), "may": True}, held))
    assert entries(text)[0]["may"] is True


def test_a_broken_report_writes_nothing(tmp_path: Path) -> None:
    assert not write_deviations(report_of(tmp_path, records.conformant()[:-1]), tmp_path / "deviations.toml")
    assert not (tmp_path / "deviations.toml").exists()
