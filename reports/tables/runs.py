"""What is said of one run among several, and the present ids of its requirements."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orders_conformance.reports.record.types import Record
from orders_conformance.reports.summary import Report
from orders_conformance.reports.text import visible_line

EMBEDDED = "embedded server"
# The shape of each verdict, so that it is not told by colour alone.
SHAPES = {"passed": "✓", "failed": "✗", "waived": "~", "untested": "?", "observed": "•"}


def described(report: Report, record: Record) -> dict[str, Any]:
    """Return what a table says of a run: target, release, time, outcome, contract, suite and head of the record.

    Its remarks say why its verdicts are worth less than others: the run is broken, or was not judged again.
    """
    return {
        **{name: report[name] for name in ("run", "release", "started_at", "profile", "outcome", "summary")},
        "target": target_of(report),
        "contract": {name: report["contract"][name] for name in ("version", "digest")},
        "suite": dict(report["suite"]),
        "record": report["record"]["head"],
        "remarks": list(_remarks(report, record)),
    }


def target_of(report: Report) -> str:
    """Return what a run judged: a URL, or the embedded server."""
    return EMBEDDED if report["target"]["embedded"] else str(report["target"]["url"])


def _remarks(report: Report, record: Record) -> Iterator[str]:
    if report["outcome"] == "broken" and report["reason"]:
        yield str(report["reason"])
    if record.unverified is not None:
        yield f"Its verdicts are unverified, since its exchanges were not judged again: {record.unverified}."


def label(run: Mapping[str, Any]) -> str:
    """Return a run in one printable line: release, target, day, outcome."""
    parts = (run["release"], run["target"], run["started_at"][:10], run["outcome"])
    return visible_line(", ".join(part for part in parts if part))


def renamed(records: Iterable[Record]) -> dict[str, str]:
    """Return the present id by former id, as the headers of some records name both."""
    return {
        one["formerly"]: one["id"]
        for record in records
        for one in record.header["requirements"]
        if one.get("formerly", one["id"]) != one["id"]
    }


def by_present_id(report: Report, present: Mapping[str, str]) -> dict[str, Report]:
    """Return the requirements of a report by their present ids; one whose new id is listed too keeps its own."""
    listed = {one["id"]: one for one in report["requirements"]}
    return {name if present.get(name) in {None, *listed} else present[name]: one for name, one in listed.items()}
