"""The outcome as an endpoint for a badge of shields.io: `badge.json`."""

import json

from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import clipped, visible_line

_VERSION = 1
_COLOURS = {"conformant": "brightgreen", "partial": "yellow", "not conformant": "red"}
_BROKEN = "lightgrey"
# The outcomes of which the word alone says everything.
_SHORT = {"conformant", "broken"}
_LIMIT = 120


def document(report: Report) -> bytes:
    """Return the badge of `report`: the outcome, or the sentence that says what is broken or missing."""
    outcome = report["outcome"]
    content = {
        "schemaVersion": _VERSION,
        "label": report["suite"]["name"],
        "message": outcome if outcome in _SHORT else clipped(visible_line(report["headline"]), _LIMIT),
        "color": _COLOURS.get(outcome, _BROKEN),
    }
    return (json.dumps(content, indent=2) + "\n").encode("ascii")
