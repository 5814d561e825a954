"""The CTRF document has the structure that the format asks for, and the cases of the JUnit document."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft7Validator, FormatChecker

from orders_conformance.reports.formats import ctrf, junit
from orders_conformance.reports.record.reader import read
from orders_conformance.reports.summary import Report, summarise
from tests.support import records

SCHEMA = json.loads(Path(__file__).with_name("ctrf.schema.json").read_text("utf-8"))
SAMPLES = [records.conformant, records.nonconformant, records.hostile, records.large]


def report_of(folder: Path, events: list[records.Event]) -> Report:
    return summarise(read(records.save(folder / "record.jsonl", events)))


def content(folder: Path, events: list[records.Event]) -> Any:
    return json.loads(ctrf.document(report_of(folder, events)))


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_document_has_the_structure_of_the_format(
    tmp_path: Path, sample: Callable[[], list[records.Event]]
) -> None:
    validator = Draft7Validator(SCHEMA, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(content(tmp_path, sample()))] == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_numbers_are_those_of_the_tests(tmp_path: Path, sample: Callable[[], list[records.Event]]) -> None:
    results = content(tmp_path, sample())["results"]
    found = Counter(test["status"] for test in results["tests"])
    numbers = {name: results["summary"][name] for name in ("passed", "failed", "skipped", "pending", "other")}
    assert (numbers, results["summary"]["tests"]) == ({name: found[name] for name in numbers}, len(results["tests"]))


def test_it_has_the_cases_of_the_junit_document(tmp_path: Path) -> None:
    report = report_of(tmp_path, records.nonconformant())
    cases = ET.fromstring(junit.document(report)).iter("testcase")  # noqa: S314 - our own document
    tests = json.loads(ctrf.document(report))["results"]["tests"]
    assert [test["name"] for test in tests] == [case.get("name") for case in cases]


@pytest.mark.parametrize(
    ("requirement", "status", "raw"),
    [
        ("create/409/duplicate", "failed", "failed"),
        ("create/400/message/names-field", "other", "failed"),
        ("create/401/www-authenticate", "skipped", "waived"),
        ("create/request/channel/type", "skipped", "untested"),
        ("create/409/near", "passed", "observed"),
        ("create/401/http-status", "passed", "passed"),
    ],
)
def test_each_verdict_has_a_status(tmp_path: Path, requirement: str, status: str, raw: str) -> None:
    tests = content(tmp_path, records.nonconformant())["results"]["tests"]
    (test,) = (one for one in tests if one["name"] == requirement)
    assert (test["status"], test["rawStatus"]) == (status, raw)


def test_a_failure_says_what_was_expected_and_observed(tmp_path: Path) -> None:
    tests = content(tmp_path, records.nonconformant())["results"]["tests"]
    (test,) = (one for one in tests if one["name"] == "create/no-5xx")
    assert test["message"] == "expected a status below 500; observed 500 Internal Server Error (1 of 412)"
    assert records.CURL in test["trace"]


def test_a_broken_run_is_a_failed_test(tmp_path: Path) -> None:
    tests = content(tmp_path, records.conformant()[:-1])["results"]["tests"]
    assert [test["name"] for test in tests if test["status"] == "failed"] == ["run"]
