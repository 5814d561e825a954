"""The report in the Common Test Report Format (https://ctrf.io), for what collects tests of any kind: `ctrf.json`.

It has the same cases as `junit.xml`. The words of the format are few; `rawStatus` has the verdict itself.
"""

import json
from collections import Counter
from datetime import datetime

from orders_conformance.reports.formats.cases import Case, Result, cases_of, suite_name
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import visible_line

# Of the format; it has been this since the format had a version.
_VERSION = "0.0.0"
_STATUSES = {
    Result.PASSED: "passed",
    Result.FAILED: "failed",
    Result.ERROR: "failed",
    Result.SKIPPED: "skipped",
    Result.NOTED: "other",
}
# Every status of the format.
_ALL = ("passed", "failed", "skipped", "pending", "other")


def document(report: Report) -> bytes:
    """Return `report` as a CTRF document."""
    cases, name = cases_of(report), suite_name(report)
    numbers = Counter(_STATUSES[case.result] for case in cases)
    started = _milliseconds(datetime.fromisoformat(report["started_at"]).timestamp())
    duration = _milliseconds(report["traffic"]["seconds"])
    content = {
        "reportFormat": "CTRF",
        "specVersion": _VERSION,
        "timestamp": report["ended_at"] or report["started_at"],
        "generatedBy": report["suite"]["name"],
        "results": {
            "tool": {"name": report["suite"]["name"], "version": report["suite"]["version"]},
            "summary": {
                "tests": len(cases),
                **{status: numbers[status] for status in _ALL},
                "start": started,
                "stop": started + duration,
                "duration": duration,
                "extra": {
                    "outcome": report["outcome"],
                    **{name: visible_line(report[name]) for name in ("headline", "summary")},
                },
            },
            "tests": [_test(case, name) for case in cases],
            "environment": {
                "reportName": name,
                "appName": report["contract"]["title"],
                "appVersion": report["contract"]["version"],
                "testEnvironment": visible_line(report["target"]["url"]),
            },
            "extra": {
                **{name: report[name] for name in ("run", "seed", "profile")},
                **({"release": visible_line(report["release"])} if report["release"] is not None else {}),
                "record": report["record"]["head"],
            },
        },
    }
    return (json.dumps(content, indent=2) + "\n").encode("ascii")


def _test(case: Case, suite: str) -> dict[str, object]:
    texts = {"message": case.message, "trace": case.details}
    return {
        "name": case.name,
        "status": _STATUSES[case.result],
        "duration": _milliseconds(case.seconds),
        "suite": [suite, case.group],
        "rawStatus": case.verdict,
        "tags": [case.level],
        **{name: text for name, text in texts.items() if text},
        **({"stdout": list(case.output)} if case.output else {}),
    }


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
