"""The report contains what the record contains, and nothing else."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import FINDINGS_SHOWN, Report, summarise
from tests.reports.record.test_schema import load
from tests.support import records

PRICE = "create/request/price/type"


def report_of(folder: Path, events: list[records.Event]) -> Report:
    return summarise(read(records.save(folder / "record.jsonl", events)))


def about(report: Report, requirement: str) -> Report:
    found: Report = next(each for each in report["requirements"] if each["id"] == requirement)
    return found


def unfinished() -> list[records.Event]:
    return [event for event in records.nonconformant() if event["type"] not in {"verdict", "footer"}]


@pytest.mark.parametrize(
    "sample", [records.conformant, records.nonconformant, records.hostile, records.large, unfinished]
)
def test_a_report_fits_its_schema(tmp_path: Path, sample: Any) -> None:
    report = report_of(tmp_path, sample())
    jsonschema.Draft202012Validator(load("report.schema.json")).validate(json.loads(json.dumps(report)))


def test_the_stable_core_is_taken_from_the_record(tmp_path: Path) -> None:
    events = records.nonconformant()
    report = report_of(tmp_path, events)
    header, footer = events[0], events[-1]
    assert report["report_version"] == 1
    assert {name: report[name] for name in ("outcome", "summary", "traffic")} == {
        name: footer[name] for name in ("outcome", "summary", "traffic")
    }
    assert {name: report[name] for name in ("seed", "contract", "target", "suite")} == {
        name: header[name] for name in ("seed", "contract", "target", "suite")
    }


def test_the_requirements_stand_in_contract_order_with_sentence_level_and_verdict(tmp_path: Path) -> None:
    report = report_of(tmp_path, records.nonconformant())
    listed = [{name: each[name] for name in ("id", "level", "sentence", "source")} for each in report["requirements"]]
    assert listed == records.requirements()
    assert [about(report, PRICE)[name] for name in ("verdict", "exchanges", "against")] == ["failed", 8, 3]


def test_a_finding_carries_its_whole_exchange(tmp_path: Path) -> None:
    events = records.nonconformant()
    sent = next(event for event in events if event.get("id") == "x17")
    shown = about(report_of(tmp_path, events), PRICE)["findings"][0]["exchange"]
    assert shown == {key: value for key, value in sent.items() if key not in {"type", "bears_on", "findings"}}


def test_a_finding_carries_the_exchanges_that_have_to_come_first(tmp_path: Path) -> None:
    finding = about(report_of(tmp_path, records.nonconformant()), "create/409/duplicate")["findings"][0]
    assert [each["id"] for each in finding["before"]] == ["x1"]


def test_minimal_findings_come_first(tmp_path: Path) -> None:
    kinds = [False, True, False, True]
    names = [f"f{at}" for at in range(len(kinds))]
    events = [
        records.header(),
        records.exchange("x1", findings=names),
        *(records.finding(name, PRICE, "x1", minimal=minimal) for name, minimal in zip(names, kinds, strict=True)),
    ]
    shown = about(report_of(tmp_path, events), PRICE)["findings"]
    assert [each["id"] for each in shown] == ["f1", "f3", "f0", "f2"]


def test_the_finding_that_the_verdict_names_comes_first(tmp_path: Path) -> None:
    events = [
        records.header(),
        records.exchange("x1", findings=["f1", "f2", "f3"]),
        *(records.finding(name, PRICE, "x1", minimal=name == "f3") for name in ("f1", "f2", "f3")),
        records.verdict(PRICE, "failed", lead="f2", in_common="with channel WEB"),
    ]
    shown = about(report_of(tmp_path, events), PRICE)
    assert [each["id"] for each in shown["findings"]] == ["f2", "f1", "f3"]
    assert shown["in_common"] == "with channel WEB"


def test_a_record_of_an_earlier_version_says_nothing_in_common(tmp_path: Path) -> None:
    assert about(report_of(tmp_path, records.nonconformant()), PRICE)["in_common"] is None


def test_the_number_of_findings_is_bounded_and_the_rest_is_counted(tmp_path: Path) -> None:
    names = [f"f{at}" for at in range(FINDINGS_SHOWN + 7)]
    events = [
        records.header(),
        records.exchange("x1", findings=names),
        *(records.finding(name, PRICE, "x1") for name in names),
    ]
    requirement = about(report_of(tmp_path, events), PRICE)
    assert (len(requirement["findings"]), requirement["findings_omitted"]) == (FINDINGS_SHOWN, 7)


def test_equal_observations_are_counted_and_the_first_exchange_is_named(tmp_path: Path) -> None:
    events = records.nonconformant()
    events.insert(2, records.exchange("x2"))
    events.insert(3, records.observation("create/request/channel/null", "Null was accepted.", "x2"))
    seen = about(report_of(tmp_path, events), "create/request/channel/null")["observations"]
    assert seen == [{"observed": "Null was accepted.", "times": 4, "exchange": "x2"}]


def test_the_counts_cover_every_requirement_once(tmp_path: Path) -> None:
    counts = report_of(tmp_path, records.nonconformant())["counts"]
    assert counts["must"] == {"passed": 38, "failed": 3, "waived": 0, "untested": 2, "observed": 0}
    assert sum(sum(verdicts.values()) for verdicts in counts.values()) == len(records.requirements())


def test_what_was_not_tested_is_listed_with_the_reason_of_the_event(tmp_path: Path) -> None:
    reason = "The budget of 500 requests was spent."
    report = report_of(tmp_path, records.nonconformant())
    assert report["untested"] == [
        {"requirement": f"create/request/{field}/type", "reason": reason} for field in ("channel", "status")
    ]
    assert about(report, "create/request/channel/type")["reason"] == reason


def test_an_untested_requirement_without_a_reason_is_listed_all_the_same(tmp_path: Path) -> None:
    words = {PRICE: records.verdict(PRICE, "untested", exchanges=0)}
    events = [
        records.header(),
        *records.verdicts(records.requirements(), words),
        records.footer("partial", reason="not all was tested"),
    ]
    assert report_of(tmp_path, events)["untested"] == [{"requirement": PRICE, "reason": "The run gave no reason."}]


def test_an_unfinished_record_fails_what_has_findings_and_leaves_the_rest_untested(tmp_path: Path) -> None:
    report = report_of(tmp_path, unfinished())
    failed = [each["id"] for each in report["requirements"] if each["verdict"] == "failed"]
    others = {each["verdict"] for each in report["requirements"] if each["id"] not in failed}
    assert report["outcome"] == "broken"
    assert report["reason"] == "The record ends early: there is no footer, so the run did not end."
    assert failed == [
        PRICE,
        "create/400/message/names-field",
        "create/401/www-authenticate",
        "create/409/duplicate",
        "create/no-5xx",
    ]
    assert others == {"untested"}


def test_an_unfinished_record_is_summed_up_in_one_sentence(tmp_path: Path) -> None:
    assert report_of(tmp_path, unfinished())["summary"] == (
        "The run against http://127.0.0.1:49152 ended early, after 7 exchanges, in which 5 of 53 requirements failed."
    )


def test_the_traffic_of_an_unfinished_record_is_counted_from_its_exchanges(tmp_path: Path) -> None:
    traffic = report_of(tmp_path, unfinished())["traffic"]
    assert traffic == {"requests": 8, "orders_created": 3, "retries": 1, "seconds": 13.4}


def test_the_exchanges_of_an_unfinished_record_are_counted_by_what_they_bear_on(tmp_path: Path) -> None:
    report = report_of(tmp_path, unfinished())
    assert (about(report, PRICE)["exchanges"], about(report, "create/no-5xx")["exchanges"]) == (2, 2)
    assert (about(report, PRICE)["against"], about(report, "create/no-5xx")["against"]) == (2, 1)


def test_a_recorded_pass_does_not_outlive_a_finding(tmp_path: Path) -> None:
    events = [
        records.header(),
        records.exchange("x1", findings=["f1"]),
        records.finding("f1", PRICE, "x1"),
        *records.verdicts(records.requirements()),
        records.footer(),
    ]
    assert about(report_of(tmp_path, events), PRICE)["verdict"] == "failed"


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, "run --target http://127.0.0.1:49152 --profile ci --seed 20240501 --fail-on must --timeout 10.0 --rate 0"),
        (
            {"target": {"url": "http://127.0.0.1:1", "embedded": True}, "selection": "price or $(rm -r .)"},
            "run --profile ci --seed 20240501 --fail-on must -k 'price or $(rm -r .)' --timeout 10.0 --rate 0",
        ),
        (
            {"settings": {"organisation": ["currencyCode=CHF", "pointOfSale=$(id)"], "python": "3.11"}},
            (
                "run --target http://127.0.0.1:49152 --profile ci --seed 20240501 --fail-on must "
                "--organisation currencyCode=CHF --organisation 'pointOfSale=$(id)'"
            ),
        ),
    ],
)
def test_the_command_repeats_the_run_and_is_safe_to_paste(
    tmp_path: Path, changes: dict[str, Any], command: str
) -> None:
    events = records.conformant()
    assert report_of(tmp_path, [events[0] | changes, *events[1:]])["reproduce"] == f"orders-conformance {command}"


def test_the_command_names_the_declared_deviations(tmp_path: Path) -> None:
    events = records.conformant()
    report = report_of(tmp_path, [events[0] | {"settings": {"deviations": "my deviations.toml"}}, *events[1:]])
    assert report["reproduce"].endswith(" --deviations 'my deviations.toml'")


def test_a_requirement_that_is_waived_carries_what_was_declared(tmp_path: Path) -> None:
    report = report_of(tmp_path, records.nonconformant())
    assert about(report, "create/401/www-authenticate")["deviation"] == records.deviation("create/401/*")
    assert {each["deviation"] for each in report["requirements"] if each["verdict"] != "waived"} == {None}
    assert report["deviations"] == records.deviations(records.deviation("create/401/*"))


def test_the_same_record_gives_the_same_report(tmp_path: Path) -> None:
    first, second = (json.dumps(report_of(tmp_path, records.nonconformant())) for _ in range(2))
    assert first == second
