"""The last lines on the terminal are few, agree with the record, and are printable."""

from pathlib import Path

from orders_conformance.reports.console import closing_lines, outcome_line
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import Report, summarise
from tests.support import records

PAGE = Path("conformance-report/report.html")


def report_of(folder: Path, events: list[records.Event]) -> Report:
    return summarise(read(records.save(folder / "record.jsonl", events)))


def test_a_good_run_ends_with_the_summary_and_the_path(tmp_path: Path) -> None:
    assert closing_lines(report_of(tmp_path, records.conformant()), PAGE) == (
        "Conformant: every requirement that counts was tested and passed",
        "All requirements that count were tested and kept.",
        "Report: conformance-report/report.html",
    )


def test_each_failed_requirement_has_a_line_under_its_group_and_the_worst_come_first(tmp_path: Path) -> None:
    assert closing_lines(report_of(tmp_path, records.nonconformant()), PAGE)[:10] == (
        "request: 1 of 33 failed",
        (
            "  failed must   create/request/price/type: expected 400, because price is a string instead of a number; "
            'observed 201; the order was created with price "50" (3 of 8)'
        ),
        "409: 1 of 2 failed",
        (
            "  failed must   create/409/duplicate: expected 409, because an order with this referenceId and orderedAt "
            "was created by x1; observed 201 with another ref (1 of 5)"
        ),
        "no-5xx: 1 of 1 failed",
        "  failed must   create/no-5xx: expected a status below 500; observed 500 Internal Server Error (1 of 412)",
        "400: 1 of 2 failed",
        (
            "  failed should create/400/message/names-field: expected a message that contains currencyCode; "
            "observed the message “invalid” (61 of 61)"
        ),
        "401: 1 of 2 waived",
        (
            "  waived should create/401/www-authenticate: The gateway strips it. "
            "(https://tracker.example/ORD-311, until 2024-12-31)"
        ),
    )


def test_a_feature_that_seems_to_be_lacking_is_said_once_with_some_examples(tmp_path: Path) -> None:
    names = [f"create/409/{number}" for number in range(5)]
    listed = [records.requirement(name, "The server MUST keep it.") | {"needs": ["memory"]} for name in names]
    events = [
        records.header(listed),
        records.exchange("x1", findings=[f"f{number}" for number in range(5)], bears_on=[]),
        *(records.finding(f"f{number}", name, "x1", expected="a", observed="b") for number, name in enumerate(names)),
        records.note("it seems that the target never remembers: --without memory") | {"feature": "memory"},
        *(records.verdict(name, "failed", exchanges=1) for name in names),
        records.footer("not conformant"),
    ]
    lines = closing_lines(report_of(tmp_path, events), PAGE)
    assert lines[0] == "memory: 5 of 5 failed; it seems that the target never remembers: --without memory"
    assert [line.partition(":")[0] for line in lines[1:4]] == [f"  failed must   {name}" for name in names[:3]]
    assert lines[4] == "  … and 2 more; the report lists all of them."
    assert not any(line.startswith("Note:") for line in lines)


def test_a_broken_run_says_why(tmp_path: Path) -> None:
    lines = closing_lines(report_of(tmp_path, records.conformant()[:-1]), PAGE)
    assert "Why: The record ends early: there is no footer, so the run did not end." in lines


def test_the_notes_of_a_run_come_before_the_summary(tmp_path: Path) -> None:
    events = records.conformant()
    notes = [records.note("narrowed: random traffic and 3 scripts left out"), records.note("the clock is 9 s behind")]
    lines = closing_lines(report_of(tmp_path, [events[0], *notes, *events[1:]]), PAGE)
    assert lines[:3] == (
        "Note: narrowed: random traffic and 3 scripts left out",
        "Note: the clock is 9 s behind",
        "Conformant: every requirement that counts was tested and passed",
    )


def test_very_many_notes_are_cut_and_counted(tmp_path: Path) -> None:
    events = records.conformant()
    notes = [records.note(f"note {number}") for number in range(3)]
    lines = closing_lines(report_of(tmp_path, [events[0], *notes, *events[1:]]), PAGE, limit=2)
    assert lines[:3] == ("Note: note 0", "Note: note 1", "… and 1 more note; the report lists all of them.")


def test_very_many_failures_are_cut_and_counted(tmp_path: Path) -> None:
    lines = closing_lines(report_of(tmp_path, records.nonconformant()), PAGE, limit=1)
    assert lines[2] == "… and 4 more groups; the report lists all of them."


def test_a_group_without_room_says_how_many_it_has(tmp_path: Path) -> None:
    header, *rest = records.nonconformant()
    one_group = {"requirements": [one | {"needs": ["memory"]} for one in header["requirements"]]}
    lines = closing_lines(report_of(tmp_path, [header | one_group, *rest]), PAGE, limit=3)
    assert lines[0] == "memory: 4 of 53 failed, 1 of 53 waived"
    assert lines[4] == "  … and 2 more; the report lists all of them."


def test_a_long_outcome_line_is_cut_without_a_count(tmp_path: Path) -> None:
    requirement = report_of(tmp_path, records.hostile())["requirements"][8]
    requirement["findings"][0] |= {"expected": "400", "observed": "x" * 241}
    assert outcome_line(requirement) == f"expected 400; observed {'x' * 240}… (3 of 3)"


def test_hostile_text_stays_on_its_line_and_moves_no_cursor(tmp_path: Path) -> None:
    lines = closing_lines(report_of(tmp_path, records.hostile()), PAGE)
    assert all(line.isprintable() for line in lines)
    assert all(len(line) < 1_000 for line in lines)


def test_what_is_waived_has_a_line_with_reason_ticket_and_last_day(tmp_path: Path) -> None:
    assert (
        "  waived should create/401/www-authenticate: The gateway strips it. "
        "(https://tracker.example/ORD-311, until 2024-12-31)"
    ) in closing_lines(report_of(tmp_path, records.nonconformant()), PAGE)


def test_a_stale_deviation_is_shown_as_the_reason_of_a_failure(tmp_path: Path) -> None:
    name = "create/no-5xx"
    stale = records.verdict(name, "failed", against=0, reason="It is stale.", declared=name)
    events = [
        records.header(deviations=records.deviations(records.deviation(name))),
        *records.verdicts(records.requirements(), {name: stale}),
        records.footer("not conformant"),
    ]
    assert closing_lines(report_of(tmp_path, events), PAGE)[1] == f"  failed must   {name}: It is stale."


def test_deviations_that_were_asked_for_are_named_with_what_is_to_be_done(tmp_path: Path) -> None:
    path = Path("new.toml")
    told = [
        closing_lines(report_of(tmp_path, events), PAGE, deviations=path)[-1]
        for events in (records.nonconformant(), records.conformant(), records.conformant()[:-1])
    ]
    assert told == [
        "Deviations: new.toml; fill in 4 reasons",
        "Deviations: new.toml",
        "Deviations: not written, because the run is broken",
    ]


def test_what_forced_responses_alone_show_is_counted(tmp_path: Path) -> None:
    name = "create/409/duplicate"
    forced = records.verdict(name, "passed", exchanges=1) | {"forced": True}
    events = [
        records.header(),
        *records.verdicts(records.requirements(), {name: forced}),
        records.footer("partial", reason="Forced."),
    ]
    assert "forced 1 requirement: judged by forced responses alone" in closing_lines(report_of(tmp_path, events), PAGE)


def test_untested_requirements_have_a_line_for_each_reason(tmp_path: Path) -> None:
    events = records.nonconformant()
    lines = closing_lines(report_of(tmp_path, events), PAGE)
    assert "untested must 2 requirements: The budget of 500 requests was spent." in lines


def test_a_broken_run_gives_the_reason_once(tmp_path: Path) -> None:
    lines = closing_lines(report_of(tmp_path, records.nonconformant()[:-1]), PAGE)
    assert not [line for line in lines if line.startswith("untested")]
