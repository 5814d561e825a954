"""The outcome as an endpoint for a badge of shields.io: `badge.json`."""

import json

from orders_conformance.reports.formats.cases import Result, cases_of
from orders_conformance.reports.summary import Report

_VERSION = 1
_COLOURS = {"conformant": "brightgreen", "partial": "yellow", "not conformant": "red"}
_BROKEN = "lightgrey"


def document(report: Report) -> bytes:
    """Return the badge of `report`: the outcome, and how many requirements failed that count."""
    outcome = report["outcome"]
    failed = sum(case.result is Result.FAILED for case in cases_of(report))
    content = {
        "schemaVersion": _VERSION,
        "label": report["suite"]["name"],
        "message": f"{outcome} ({failed} failed)" if outcome == "not conformant" else outcome,
        "color": _COLOURS.get(outcome, _BROKEN),
    }
    return (json.dumps(content, indent=2) + "\n").encode("ascii")
