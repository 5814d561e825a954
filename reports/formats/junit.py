"""The report as JUnit XML, for the test view of a build server: `junit.xml`.

There is one test case for each requirement. Where the run is broken, or not conformant for another reason than a
failed requirement that counts, one more case, named `run`, fails.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from orders_conformance.reports.sentences import evidence_count, how_often, is_stale, ticket_and_expiry
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import shortened, visible, visible_line

_MESSAGE_LIMIT = 300
_OBSERVED_LIMIT = 240
_TEXT_LIMIT = 4_000
_RUN = "run"


def document(report: Report) -> bytes:
    """Return `report` as a JUnit XML document in UTF-8."""
    name = visible_line(f"{report['suite']['name']} {report['target']['url']}")
    cases = [_case(requirement, report["fail_on"]) for requirement in report["requirements"]]
    cases += _run_cases(report, cases)
    suite = ET.Element(
        "testsuite",
        {
            "name": name,
            "tests": str(len(cases)),
            **{f"{kind}s": str(_count(cases, kind)) for kind in ("failure", "error")},
            "skipped": str(_count(cases, "skipped")),
            "time": f"{report['traffic']['seconds']:.3f}",
            "timestamp": report["started_at"],
        },
    )
    suite.append(_properties(report))
    suite.extend(cases)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _properties(report: Report) -> ET.Element:
    properties = ET.Element("properties")
    values = {
        "outcome": report["outcome"],
        "summary": report["summary"],
        "run": report["run"],
        "seed": report["seed"],
        "profile": report["profile"],
        "contract.version": report["contract"]["version"],
        "contract.digest": report["contract"]["digest"],
        "suite.version": report["suite"]["version"],
        "record.head": report["record"]["head"],
    }
    for name, value in values.items():
        ET.SubElement(properties, "property", {"name": name, "value": visible_line(str(value))})
    return properties


def _case(requirement: Report, fail_on: str) -> ET.Element:
    level, verdict, reason = requirement["level"], requirement["verdict"], requirement["reason"]
    case = ET.Element("testcase", {"classname": level, "name": visible_line(requirement["id"]), "time": "0"})
    if verdict == "failed" and (level in {"must", fail_on} or is_stale(requirement)):
        _add(case, "failure", _message(requirement), _details(requirement))
    elif verdict == "failed":
        ET.SubElement(case, "system-out").text = visible(
            f"Failed, but does not count at this level.\n{_details(requirement)}"
        )
    elif verdict in {"untested", "waived"}:
        details = ticket_and_expiry(requirement["deviation"]) if requirement["deviation"] else ""
        details = f" ({details})" if details else ""
        _add(case, "skipped", f"{verdict}: {reason or 'no reason is recorded'}{details}", None)
    if verdict != "failed" and requirement["observations"]:
        ET.SubElement(case, "system-out").text = "\n".join(
            visible_line(shortened(observation["observed"], _TEXT_LIMIT)) for observation in requirement["observations"]
        )
    return case


def _run_cases(report: Report, cases: list[ET.Element]) -> Iterator[ET.Element]:
    outcome = report["outcome"]
    kind = {"broken": "error", "not conformant": "failure"}.get(outcome)
    if kind is None or (kind == "failure" and _count(cases, kind)):
        return
    case = ET.Element("testcase", {"classname": _RUN, "name": _RUN, "time": "0"})
    _add(case, kind, report["reason"] or report["summary"], report["summary"])
    yield case


def _add(case: ET.Element, kind: str, message: str, text: str | None) -> None:
    line = visible_line(shortened(message, _MESSAGE_LIMIT))
    element = ET.SubElement(case, kind, {"message": line} | ({} if kind == "skipped" else {"type": kind}))
    element.text = None if text is None else visible(text)


def _message(requirement: Report) -> str:
    findings = requirement["findings"]
    if findings and not is_stale(requirement):
        often = how_often(requirement)
        return f"{shortened(findings[0]['observed'], _OBSERVED_LIMIT)}{f' ({often})' if often else ''}"
    return str(requirement["reason"] or requirement["sentence"])


def _details(requirement: Report) -> str:
    lines = [requirement["sentence"], f"Source: {requirement['source']}"]
    lines += [line for line in (requirement["reason"], evidence_count(requirement)) if line]
    for finding in requirement["findings"][:1]:
        lines += [f"{key.capitalize()}: {shortened(finding[key], _TEXT_LIMIT)}" for key in ("expected", "observed")]
        lines.append(f"To reproduce: {shortened(finding['curl'], _TEXT_LIMIT)}")
    return "\n".join(lines)


def _count(cases: list[ET.Element], kind: str) -> int:
    return sum(case.find(kind) is not None for case in cases)
