"""The traffic of a run as it is shown: statuses with how often they came, their latency, and the time of the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders_conformance.reports.page.messages import status_line
from orders_conformance.reports.page.texts import seconds
from orders_conformance.reports.sentences import counted
from orders_conformance.reports.summary import Report

# The style has so many lengths of a bar.
LENGTHS = 20
_WHERE = 1


@dataclass(frozen=True, slots=True)
class Answers:
    """How often a status or a failure came: `share` and `slowness` are lengths of bars."""

    name: str
    documented: bool
    times: int
    repeated: int
    share: int
    latency: Mapping[str, float] | None
    slowness: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the time of a run: its height, what happened in it, and the same in words."""

    height: int
    kind: str
    words: str


def answers(report: Report) -> list[Answers]:
    """Return a row for each status that the contract documents and for all else that came."""
    met = list(report["responses"])
    known = documented(report)
    missing = known - {one["status"] for one in met}
    nothing = {"failure": None, "times": 0, "repeated": 0, "latency": None}
    rows = [*met, *({**nothing, "status": status} for status in missing)]
    most = max((row["times"] + row["repeated"] for row in rows), default=0)
    slowest = max((row["latency"]["slow"] for row in rows if row["latency"]), default=0.0)
    return [
        Answers(
            str(row["failure"] or "no response") if row["status"] is None else status_line(row["status"]),
            row["status"] in known,
            row["times"],
            row["repeated"],
            length(row["times"] + row["repeated"], most),
            row["latency"],
            length(row["latency"]["slow"], slowest) if row["latency"] else 0,
        )
        for row in sorted(rows, key=lambda row: (row["status"] is None, row["status"] or 0, row["failure"] or ""))
    ]


def documented(report: Report) -> set[int]:
    """Return the statuses that have requirements of their own."""
    places = (one["id"].split("/") for one in report["requirements"])
    return {int(place[_WHERE]) for place in places if len(place) > _WHERE and place[_WHERE].isdigit()}


def bars(timeline: Mapping[str, Any]) -> list[Bar]:
    """Return a bar for each part of the time of a run."""
    slices: Sequence[Mapping[str, int]] = timeline["slices"]
    most = max((part["exchanges"] + part["retries"] for part in slices), default=0)
    lasted = timeline["seconds"] / len(slices) if slices else 0.0
    return [_bar(part, most, number * lasted) for number, part in enumerate(slices)]


def _bar(part: Mapping[str, int], most: int, begin: float) -> Bar:
    words = [f"{seconds(begin)}: {counted(part['exchanges'], 'exchange')}"]
    if part["retries"]:
        words.append(counted(part["retries"], "retry", "retries"))
    if part["failed"]:
        words.append(f"{part['failed']} failed")
    kind = "failed" if part["failed"] else "retried" if part["retries"] else "sent"
    return Bar(length(part["exchanges"] + part["retries"], most), kind, ", ".join(words))


def length(value: float, most: float) -> int:
    """Return the length of a bar; whatever is more than nothing can be seen."""
    return max(1, round(value / most * LENGTHS)) if value and most else 0
