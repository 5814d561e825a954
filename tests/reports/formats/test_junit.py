"""The JUnit document is well formed, and shows every failure of the run."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from junitparser import JUnitXml

from orders_conformance.reports.formats.junit import document
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import summarise
from tests.support import records

# What the schema of the xunit2 family, which Jenkins and GitLab read, allows: attributes and children by element.
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors", "disabled"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package", "file"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time", "group"}, {"failure", "error", "skipped", "system-out", "system-err"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}
SAMPLES = [records.conformant, records.nonconformant, records.hostile, records.large]


def content_of(folder: Path, events: list[records.Event]) -> bytes:
    return document(summarise(read(records.save(folder / "record.jsonl", events))))


def suite_of(folder: Path, events: list[records.Event]) -> ET.Element:
    suite = ET.fromstring(content_of(folder, events)).find("testsuite")  # noqa: S314 - our own document
    assert suite is not None
    return suite


def case_of(suite: ET.Element, requirement: str) -> ET.Element:
    return next(case for case in suite.iter("testcase") if case.get("name") == requirement)


def kinds_of(case: ET.Element) -> list[str]:
    return [child.tag for child in case]


def test_there_is_one_case_for_each_requirement(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, records.nonconformant())
    cases = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
    expected = [(f"create.{each['id'].split('/')[1]}", each["id"]) for each in records.requirements()]
    assert cases == expected


def test_the_class_of_a_case_is_the_feature_that_its_requirement_needs(tmp_path: Path) -> None:
    header, *rest = records.nonconformant()
    listed = [one | {"needs": ["validation", "memory"]} for one in header["requirements"]]
    suite = suite_of(tmp_path, [header | {"requirements": listed}, *rest])
    assert {case.get("classname") for case in suite.iter("testcase")} == {"create.memory"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_only_what_the_schema_allows_is_in_the_document(tmp_path: Path, sample: Any) -> None:
    root = ET.fromstring(content_of(tmp_path, sample()))  # noqa: S314 - our own document
    for element in root.iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.keys()) <= attributes
        assert {child.tag for child in element} <= children


@pytest.mark.parametrize("sample", SAMPLES)
def test_another_reader_sees_the_same_numbers(tmp_path: Path, sample: Any) -> None:
    path = tmp_path / "junit.xml"
    path.write_bytes(content_of(tmp_path, sample()))
    read_again = JUnitXml.fromfile(str(path))
    told = (read_again.tests, read_again.failures, read_again.errors, read_again.time)
    read_again.update_statistics()  # type: ignore[no-untyped-call] # junitparser says nothing of its type
    assert told[:3] == (read_again.tests, read_again.failures, read_again.errors)
    assert told[3] == 6.214


def test_the_name_of_the_suite_has_no_port(tmp_path: Path) -> None:
    assert suite_of(tmp_path, records.conformant()).get("name") == "orders-conformance 127.0.0.1"


def test_the_embedded_server_has_a_name_of_its_own(tmp_path: Path) -> None:
    header, *rest = records.conformant()
    embedded = header | {"target": {"url": records.URL, "embedded": True}}
    assert suite_of(tmp_path, [embedded, *rest]).get("name") == "orders-conformance embedded server"


def test_a_case_has_its_share_of_the_time(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, records.nonconformant())
    assert case_of(suite, "create/401/www-authenticate").get("time") == "0.006"
    assert case_of(suite, "create/409/near").get("time") == "0.000"


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
    assert failure.get("message") == (
        "expected 400, because price is a string instead of a number; "
        'observed 201; the order was created with price "50" (3 of 8)'
    )
    assert failure.get("type") == "must"
    assert failure.text == (
        "The server MUST reject an order whose price is not a number.\n"
        "Level: must\n"
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


def test_a_case_that_forced_responses_alone_show_says_so(tmp_path: Path) -> None:
    name = "create/409/duplicate"
    forced = records.verdict(name, "passed", exchanges=1) | {"forced": True}
    events = [
        records.header(),
        *records.verdicts(records.requirements(), {name: forced}),
        records.footer("partial", reason="Forced."),
    ]
    case = case_of(suite_of(tmp_path, events), name)
    assert case.findtext("system-out") == "Judged by forced responses alone."


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


def test_a_partial_run_that_had_to_be_complete_is_not_green(tmp_path: Path) -> None:
    header, *events, _ = records.conformant()
    header = header | {"settings": {**header["settings"], "require": "complete"}}
    suite = suite_of(tmp_path, [header, *events, records.footer("partial", reason="Narrowed.")])
    failure = case_of(suite, "run").find("failure")
    assert failure is not None
    assert failure.get("message") == "A complete outcome is required, and this one is partial."


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
