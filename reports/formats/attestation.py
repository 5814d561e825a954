"""The report as an in-toto attestation, for tools that gather what a release rests on: `attestation.json`.

It is a Statement (version 1) about the record, with the predicate for test results (version 0.1).
"""

import json
from hashlib import sha256
from typing import Any

from orders_conformance.reports.manifest import RECORD
from orders_conformance.reports.summary import Report

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
_RESULTS = {"conformant": "PASSED", "partial": "WARNED"}
# What of a report, besides its settings, decided what was sent and what counts.
_CHOICES = ("profile", "selection", "fail_on", "seed", "target")


def statement(report: Report) -> bytes:
    """Return `report` as a statement in JSON."""
    content = {
        "_type": STATEMENT,
        "subject": [{"name": RECORD, "digest": _digests(report["record"]["digest"])}],
        "predicateType": PREDICATE,
        "predicate": {
            "result": _RESULTS.get(report["outcome"], "FAILED"),
            "configuration": _configuration(report),
            "passedTests": _named(report, "passed"),
            "warnedTests": [
                *_named(report, "waived"),
                *(
                    one["id"]
                    for one in report["requirements"]
                    if one["verdict"] == "failed" and not _counts(one, report)
                ),
            ],
            "failedTests": [
                one["id"] for one in report["requirements"] if one["verdict"] == "failed" and _counts(one, report)
            ],
        },
    }
    return (json.dumps(content, indent=2) + "\n").encode("ascii")


def _configuration(report: Report) -> list[dict[str, Any]]:
    """Return what the result depends on, each by its digest."""
    contract, suite, deviations = report["contract"], report["suite"], report["deviations"]
    release = {"release": report["release"]} if report["release"] is not None else {}
    settings = {"settings": report["settings"], **{name: report[name] for name in _CHOICES}, **release}
    found = [
        {"name": "contract", "digest": _digests(contract["digest"]), "annotations": {"version": contract["version"]}},
        {"name": "suite", "digest": _digests(_digest(suite)), "annotations": dict(suite)},
        {
            "name": "settings",
            "digest": _digests(_digest(settings)),
            **({"annotations": release} if release else {}),
        },
    ]
    return found + ([{"name": "deviations", "digest": _digests(deviations["digest"])}] if deviations else [])


def _named(report: Report, verdict: str) -> list[str]:
    return [one["id"] for one in report["requirements"] if one["verdict"] == verdict]


def _counts(requirement: Report, report: Report) -> bool:
    """Whether a failure of a requirement makes the target fail; a stale declaration does at every level."""
    return requirement["level"] in {"must", report["fail_on"]} or requirement["deviation"] is not None


def _digest(value: object) -> str:
    """Return the digest of a value as JSON, with its names in order and without blanks."""
    return f"sha256:{sha256(json.dumps(value, sort_keys=True, separators=(',', ':')).encode()).hexdigest()}"


def _digests(digest: str | None) -> dict[str, str]:
    return {} if digest is None else dict([digest.split(":", 1)])
