"""The differences between two runs as plain data: the content of `compare --format json`.

Only a requirement that was judged and not failed before, and is failed now, has regressed. One that was judged before
and is untested now is lost: nothing shows that it became worse, nor that a failure was mended.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from orders_conformance.reports.record.types import Record
from orders_conformance.reports.sentences import counts
from orders_conformance.reports.summary import Report, summarise
from orders_conformance.reports.tables.runs import by_present_id, described, renamed, target_of

Comparison: TypeAlias = dict[str, Any]

COMPARISON_VERSION = 1
# The kinds of differences between requirements, the most important one first.
KINDS: Mapping[str, str] = {
    "regressed": "not failed before, failed now",
    "failed": "failed now; waived, untested or not listed before",
    "lost": "judged before, untested now",
    "mended": "failed before, passed now",
    "other": "another verdict otherwise",
    "new": "not listed before",
    "gone": "no longer listed",
}
_JUDGED = ("passed", "observed", "waived", "failed")
_FINE = ("passed", "observed")
# The settings that decide how much is judged.
_LIMITS = ("max-orders", "max-requests", "max-time", "max-wrong-logins")


def compare(old: Record, new: Record) -> Comparison:
    """Return the differences between the runs of two records."""
    before, after = summarise(old), summarise(new)
    present = renamed((new, old))
    earlier, later = by_present_id(before, present), by_present_id(after, present)
    found: dict[str, list[Comparison]] = {kind: [] for kind in KINDS}
    observations, unchanged = [], 0
    for name in {**later, **earlier}:
        one, other = earlier.get(name), later.get(name)
        kind = _kind(one, other)
        if kind is None:
            unchanged += 1
        else:
            found[kind].append(_entry(name, one, other, after["fail_on"]))
        if one and other:
            seen, now = _observed(one, before), _observed(other, after)
            observations += [{"requirement": name, "old": seen, "new": now}] if seen != now else []
    return {
        "comparison_version": COMPARISON_VERSION,
        "runs": {"old": described(before, old), "new": described(after, new)},
        "differences": list(_differences(before, after)),
        **found,
        "observations": observations,
        "unchanged": unchanged,
    }


def has_regressed(comparison: Comparison) -> bool:
    """Return whether a requirement regressed whose failure counts, by the level that the new run fails on."""
    return any(one["counts"] for one in comparison["regressed"])


def _kind(one: Report | None, other: Report | None) -> str | None:
    """Return the kind of a difference; None where the verdict is the same."""
    old, new = (None if each is None else each["verdict"] for each in (one, other))
    if old == new:
        return None
    if new == "failed":
        return "regressed" if old in _FINE else "failed"
    if old is None or new is None:
        return "new" if old is None else "gone"
    if new == "untested":
        return "lost" if old in _JUDGED else "other"
    return "mended" if old == "failed" and new in _FINE else "other"


def _entry(name: str, one: Report | None, other: Report | None, fail_on: str) -> Comparison:
    shown = other or one or {}
    finding = next(iter(shown["findings"]), None) if other and other["verdict"] == "failed" else None
    return {
        "requirement": name,
        "formerly": one["id"] if one and one["id"] != name else None,
        "level": shown["level"],
        "sentence": shown["sentence"],
        "old": one and one["verdict"],
        "new": other and other["verdict"],
        "counts": bool(other and other["verdict"] == "failed" and counts(other, fail_on)),
        "reason": other and other["reason"],
        "expected": finding and finding["expected"],
        "observed": finding and finding["observed"],
    }


def _observed(requirement: Report, report: Report) -> list[str]:
    """Return what was observed of a requirement, without what the references of each run begin with."""
    prefix = re.compile(re.escape(report["reference_prefix"]), re.IGNORECASE)
    return sorted(prefix.sub("…", one["observed"]) for one in requirement["observations"])


def _differences(old: Report, new: Report) -> Iterator[Comparison]:
    """Yield what decided differently what was judged, and by what."""
    before, after = _circumstances(old), _circumstances(new)
    for what in {**before, **after}:
        if before.get(what) != after.get(what):
            yield {"what": what, "old": before.get(what), "new": after.get(what)}


def _circumstances(report: Report) -> dict[str, str | None]:
    contract, suite, settings = report["contract"], report["suite"], report["settings"]
    limits = {name: settings.get(name) for name in _LIMITS}
    return {
        "target": target_of(report),
        "contract": f"{contract['version']} ({contract['digest']})",
        "suite version": " ".join(filter(None, (suite["version"], suite.get("commit")))),
        "profile": report["profile"],
        "narrowed to": report["selection"],
        "without": ", ".join(report["without"]) or None,
        "deviations": report["deviations"] and report["deviations"]["digest"],
        "fail on": report["fail_on"],
        **{name: None if value is None else str(value) for name, value in limits.items()},
    }
