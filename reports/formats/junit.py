"""The report as JUnit XML, for the test view of a build server: `junit.xml`.

It has only the elements and attributes that the readers of its many dialects have in common.
"""

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from orders_conformance.reports.formats.cases import RUN, Case, Result, cases_of, suite_name
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import visible_line

_KINDS = {Result.FAILED: "failure", Result.ERROR: "error", Result.SKIPPED: "skipped"}


def document(report: Report) -> bytes:
    """Return `report` as a JUnit XML document in UTF-8."""
    cases, name = cases_of(report), suite_name(report)
    numbers = {
        "tests": str(len(cases)),
        "failures": str(_count(cases, Result.FAILED)),
        "errors": str(_count(cases, Result.ERROR)),
        "time": f"{report['traffic']['seconds']:.3f}",
    }
    root = ET.Element("testsuites", {"name": name, **numbers})
    skipped = {"skipped": str(_count(cases, Result.SKIPPED)), "timestamp": report["started_at"]}
    suite = ET.SubElement(root, "testsuite", {"name": name, **numbers, **skipped})
    suite.append(_properties(report))
    suite.extend(_element(case, report["suite"]["name"]) for case in cases)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _properties(report: Report) -> ET.Element:
    properties = ET.Element("properties")
    values = {
        "outcome": report["outcome"],
        "headline": report["headline"],
        "summary": report["summary"],
        "target": report["target"]["url"],
        "run": report["run"],
        "seed": report["seed"],
        "profile": report["profile"],
        "contract.version": report["contract"]["version"],
        "contract.digest": report["contract"]["digest"],
        "suite.version": report["suite"]["version"],
        "record.head": report["record"]["head"],
    }
    if report["release"] is not None:
        values["release"] = report["release"]
    for name, value in values.items():
        ET.SubElement(properties, "property", {"name": name, "value": visible_line(str(value))})
    return properties


def _element(case: Case, suite: str) -> ET.Element:
    package = suite if case.name == RUN else case.name.partition("/")[0]
    names = {"classname": f"{package}.{case.group}", "name": case.name}
    element = ET.Element("testcase", {**names, "time": f"{case.seconds:.3f}"})
    if kind := _KINDS.get(case.result):
        level = {} if case.result is Result.SKIPPED else {"type": case.level}
        ET.SubElement(element, kind, {"message": case.message, **level}).text = case.details or None
    if output := "\n".join(_output(case)):
        ET.SubElement(element, "system-out").text = output
    return element


def _output(case: Case) -> Iterator[str]:
    if case.result is Result.NOTED:
        yield "Failed, but does not count at this level."
        yield case.details
    yield from case.output


def _count(cases: Iterable[Case], result: Result) -> int:
    return sum(case.result is result for case in cases)
