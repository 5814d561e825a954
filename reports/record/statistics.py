"""Figures about the exchanges of a record: which statuses came how often and how fast, and when what was sent."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from orders_conformance.reports.record.schema import Event

# Into how many equal parts the time of a run is cut.
SLICES = 60
# How many pauses are listed, and how many seconds one lasts at least.
PAUSES, SHORTEST_PAUSE = 10, 1.0
_DIGITS = 6
# Parts of the sorted times.
_MEDIAN, _SLOW = 0.5, 0.95


def responses(exchanges: Iterable[Event]) -> list[dict[str, Any]]:
    """Return how often each status, or failure without one, came, and how long that took; earlier attempts count.

    An attempt that was repeated has no time of its own in the record.
    """
    seconds: defaultdict[tuple[int, str], list[float]] = defaultdict(list)
    repeated: defaultdict[tuple[int, str], int] = defaultdict(int)
    for exchange in exchanges:
        response, failure = exchange["response"], exchange["failure"]
        key = (response["status"], "") if response is not None else (0, failure["kind"])
        seconds[key].append(exchange["elapsed"])
        for attempt in exchange["attempts"]:
            status, kind = attempt["status"], attempt["failure"]
            repeated[(status, "") if status is not None else (0, kind or "")] += 1
    # What has a status comes first, in the order of the statuses.
    keys = sorted(seconds.keys() | repeated.keys(), key=lambda key: (key[0] == 0, key))
    return [
        {
            "status": status or None,
            "failure": kind or None,
            "times": len(seconds[status, kind]),
            "repeated": repeated[status, kind],
            "latency": _latency(sorted(seconds[status, kind])),
        }
        for status, kind in keys
    ]


def _latency(seconds: Sequence[float]) -> dict[str, float] | None:
    if not seconds:
        return None
    last = len(seconds) - 1
    return {
        "median": seconds[round(last * _MEDIAN)],
        "slow": seconds[round(last * _SLOW)],
        "longest": seconds[last],
    }


def timeline(exchanges: Iterable[Event], failed: Container[str]) -> dict[str, Any]:
    """Return what was sent in each of `SLICES` equal parts of the time of a run, and its longest pauses.

    `failed` has the ids of the exchanges that failed a requirement.
    """
    ordered = sorted(exchanges, key=lambda exchange: float(exchange["at"]))
    length = max((_end(exchange) for exchange in ordered), default=0.0)
    slices = [{"exchanges": 0, "retries": 0, "failed": 0} for _ in range(SLICES if length else 0)]
    for exchange in ordered if length else ():
        part = slices[min(SLICES - 1, int(exchange["at"] / length * SLICES))]
        part["exchanges"] += 1
        part["retries"] += len(exchange["attempts"])
        part["failed"] += exchange["id"] in failed
    return {"seconds": round(length, _DIGITS), "slices": slices, "pauses": _pauses(ordered)}


def _pauses(ordered: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the longest times in which nothing was sent and nothing awaited, in their order."""
    found: list[dict[str, Any]] = []
    ended = 0.0
    for before, after in pairwise(ordered):
        ended = max(ended, _end(before))
        lasted = after["at"] - ended
        if lasted >= SHORTEST_PAUSE:
            found.append({"at": round(ended, _DIGITS), "seconds": round(lasted, _DIGITS), "before": after["id"]})
    longest = sorted(found, key=lambda pause: -pause["seconds"])[:PAUSES]
    return sorted(longest, key=lambda pause: float(pause["at"]))


def _end(exchange: Mapping[str, Any]) -> float:
    return float(exchange["at"] + exchange["elapsed"])
