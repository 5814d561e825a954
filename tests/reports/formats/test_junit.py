"""The JUnit document is well formed, and shows every failure of the run."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from orders_conformance.reports.formats.junit import document
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import summarise
from tests.support import records


def suite_of(folder: Path, events: list[records.Event]) -> ET.Element:
    content = document(summarise(read(records.save(folder / "record.jsonl", events))))
    suite = ET.fromstring(content).find("testsuite")  # noqa: S314 - our own document
    assert suite is not None
    return suite


def case_of(suite: ET.Element, requirement: str) -> ET.Element:
    return next(case for case in suite.iter("testcase") if case.get("name") == requirement)


def kinds_of(case: ET.Element) -> list[str]:
    return [child.tag for child in case]


def test_there_is_one_case_for_each_requirement(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, records.nonconformant())
    cases = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
    assert cases == [(each["level"], each["id"]) for each in records.requirements()]


def test_the_numbers_of_the_suite_are_those_of_its_cases(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, records.nonconformant())
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "53",
        "failures": "3",
        "errors": "0",
        "skipped": "3",
    }


def test_a_failure_tells_requirement_expected_observed_and_how_to_see_it(tmp_path: Path) -> None:
    failure = case_of(suite_of(tmp_path, records.nonconformant()), "create/request/price/type").find("failure")
    assert failure is not None
    assert failure.get("message") == '201; the order was created with price "50" (3 of 8)'
    assert failure.text == (
        "The server MUST reject an order whose price is not a number.\n"
        "Source: Request fields: price\n"
        "Shown by 3 of the 8 exchanges that tested it.\n"
        "Expected: 400, because price is a string instead of a number\n"
        'Observed: 201; the order was created with price "50"\n'
        f"To reproduce: {records.CURL}"
    )


@pytest.mark.parametrize(("fail_on", "kind"), [("must", "system-out"), ("should", "failure")])
def test_a_failed_should_fails_only_where_it_counts(tmp_path: Path, fail_on: str, kind: str) -> None:
    header, *rest = records.nonconformant()
    suite = suite_of(tmp_path, [header | {"fail_on": fail_on}, *rest])
    assert kinds_of(case_of(suite, "create/400/message/names-field")) == [kind]


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("create/request/channel/type", "untested: The budget of 500 requests was spent."),
        (
            "create/401/www-authenticate",
            "waived: The gateway strips it. (https://tracker.example/ORD-311, until 2024-12-31)",
        ),
    ],
)
def test_what_was_not_tested_or_is_waived_is_skipped_with_its_reason(
    tmp_path: Path, requirement: str, message: str
) -> None:
    skipped = case_of(suite_of(tmp_path, records.nonconformant()), requirement).find("skipped")
    assert skipped is not None
    assert skipped.get("message") == message


def test_a_stale_deviation_is_a_failure_at_every_level(tmp_path: Path) -> None:
    name = "create/401/www-authenticate"
    stale = records.verdict(name, "failed", against=0, reason="It is stale.", declared=name)
    events = [
        records.header(deviations=records.deviations(records.deviation(name))),
        *records.verdicts(records.requirements(), {name: stale}),
        records.footer("not conformant"),
    ]
    failure = case_of(suite_of(tmp_path, events), name).find("failure")
    assert failure is not None
    assert failure.get("message") == "It is stale."


def test_an_observation_is_output_of_a_case_that_passes(tmp_path: Path) -> None:
    case = case_of(suite_of(tmp_path, records.nonconformant()), "create/409/near")
    assert kinds_of(case) == ["system-out"]
    assert case.findtext("system-out") == "The same reference one day later was rejected with 409."


def test_a_broken_run_is_an_error_of_the_run_and_not_of_a_requirement(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, records.conformant()[:-1])
    errors = [case.get("name") for case in suite.iter("testcase") if case.find("error") is not None]
    assert errors == ["run"]
    assert suite.get("errors") == "1"


def test_a_run_that_fails_for_another_reason_is_not_green(tmp_path: Path) -> None:
    *events, _ = records.conformant()
    suite = suite_of(tmp_path, [*events, records.footer("not conformant", reason="A declared deviation is stale.")])
    failure = case_of(suite, "run").find("failure")
    assert failure is not None
    assert failure.get("message") == "A declared deviation is stale."


@pytest.mark.parametrize("sample", [records.conformant, records.nonconformant])
def test_a_run_that_ended_well_has_no_case_of_its_own(tmp_path: Path, sample: Any) -> None:
    names = {case.get("name") for case in suite_of(tmp_path, sample()).iter("testcase")}
    assert "run" not in names


def test_hostile_text_gives_a_document_that_parses_and_shows_it(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, records.hostile())
    failure = case_of(suite, "create/request/price/type").find("failure")
    assert failure is not None
    assert "<script>document.title='owned'</script>" in str(failure.text)
    assert "⟨ESC⟩]0;owned⟨BEL⟩" in str(failure.text)
    assert "⟨U+D800⟩ ]]>" in str(failure.text)
