"""The results of a run as plain data, made from its record alone: the content of `report.json`.

`report.schema.json` is its schema. The same record always gives the same report, in the same order.
"""

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

from orders_conformance.reports.causes import causes
from orders_conformance.reports.groups import group_name
from orders_conformance.reports.headline import headline
from orders_conformance.reports.quotes import Quotes
from orders_conformance.reports.record.evidence import evidence, kept_short, with_same_reference
from orders_conformance.reports.record.integrity import declared, is_explained
from orders_conformance.reports.record.schema import LEVELS, VERDICTS, Event
from orders_conformance.reports.record.statistics import responses, timeline
from orders_conformance.reports.record.types import Record
from orders_conformance.reports.text import telling_apart

Report: TypeAlias = dict[str, Any]

REPORT_VERSION = 1
FINDINGS_SHOWN = 20
# Of each requirement, as many observations have their exchange in the report.
OBSERVATIONS_SHOWN = 5
_EXCHANGE_INTERNALS = frozenset(
    {"type", "bears_on", "findings", "classified_at", "judged_at", "suspicion", "blocked", "forced"}
)
_BROKEN = "broken"
# Settings that are options of the command line; an option whose setting is a list is given repeatedly.
_OPTIONS = (
    "timeout",
    "rate",
    "max-orders",
    "max-requests",
    "max-time",
    "max-record",
    "max-wrong-logins",
    "organisation",
    "without",
    "force",
    "require",
    "deviations",
    "contract",
    "ca-bundle",
    "proxy",
    "keyring",
)
_NO_VERDICT = "The record has no verdict for it."
_NOT_JUDGED = "Not judged: the run ended early."


def summarise(record: Record, quotes: Quotes | None = None) -> Report:
    """Return the report of `record`; a damaged record gives the outcome `broken`.

    Args:
        record: the record.
        quotes: words of the vendor's page, which the report is to quote; None for none.

    """
    header, footer = record.header, record.footer
    requirements = _requirements(record, quotes)
    counts = _counts(requirements)
    sound = footer is not None and record.damage is None
    reason = footer["reason"] if footer is not None and sound else record.damage
    report: Report = {
        "report_version": REPORT_VERSION,
        "outcome": footer["outcome"] if footer is not None and sound else _BROKEN,
        "reason": reason,
        "summary": footer["summary"] if footer is not None and sound else _broken_sentence(record, counts),
        **{name: header[name] for name in ("run", "profile", "selection", "fail_on", "seed", "started_at")},
        "release": header.get("release"),
        "ended_at": footer["ended_at"] if footer is not None else None,
        **{name: header[name] for name in ("contract", "target", "suite", "settings", "reference_prefix")},
        "page": quotes.digest if quotes is not None else header.get("page"),
        "deviations": header.get("deviations"),
        "without": header.get("without", []),
        "reproduce": _command(header),
        "traffic": footer["traffic"] if footer is not None else _recorded_traffic(record),
        "counts": counts,
        "requirements": requirements,
        "responses": responses(record.exchanges.values()),
        "timeline": timeline(record.exchanges.values(), {finding["exchange"] for finding in record.findings}),
        "exchanges": [kept_short(_exchange(record.exchanges[name])) for name in _shown(requirements, record)],
        "untested": _untested(record, requirements),
        "notes": list(record.notes),
        "hints": dict(record.hints),
        "record": {
            "version": header["record_version"],
            "lines": record.lines,
            "head": record.head,
            "digest": record.digest,
        },
    }
    return {**report, "headline": headline(report, causes(requirements, report["fail_on"]))}


def _requirements(record: Record, quotes: Quotes | None) -> list[Report]:
    findings = _by_requirement(record.findings)
    observations = _by_requirement(record.observations)
    exchanges, seconds = _shares(record)
    reasons = {event["requirement"]: event["reason"] for event in reversed(record.untested)}
    missing = _NOT_JUDGED if record.footer is None else _NO_VERDICT
    shown_by = evidence(record)
    earlier = with_same_reference(record, frozenset(shown_by.values()))
    summaries = []
    for requirement in record.header["requirements"]:
        name = requirement["id"]
        own = findings.get(name, ())
        verdict = record.verdicts.get(name)
        name_of_verdict = _verdict(verdict, () if is_explained(record, name) else own)
        shown = shown_by.get(name) if name_of_verdict == "passed" else None
        ranked = sorted(own, key=lambda finding: not _leads(finding, verdict))
        summaries.append(
            {
                **{key: requirement[key] for key in ("id", "level", "sentence", "source")},
                "sources": [dict(one) for one in requirement.get("sources", ())],
                "quote": None if quotes is None else quotes.words.get(name),
                "needs": requirement.get("needs", []),
                "group": group_name(name, requirement.get("needs", [])),
                "verdict": name_of_verdict,
                "without": None if verdict is None else verdict.get("without"),
                "forced": verdict is not None and verdict.get("forced", False),
                "reason": _reason(name_of_verdict, verdict, reasons.get(name), missing),
                "deviation": None if verdict is None else declared(record, verdict),
                "exchanges": verdict["exchanges"] if verdict is not None else exchanges[name],
                "seconds": round(seconds[name], 6),
                "against": verdict["against"] if verdict is not None else len({one["exchange"] for one in own}),
                "in_common": None if verdict is None else verdict.get("in_common"),
                "evidence": shown,
                "evidence_after": [] if shown is None else list(earlier.get(shown, ())),
                "findings": [_finding(finding, record.exchanges) for finding in ranked[:FINDINGS_SHOWN]],
                "findings_omitted": max(0, len(own) - FINDINGS_SHOWN),
                "observations": _observations(observations.get(name, ())),
            }
        )
    return summaries


def _shown(requirements: Iterable[Report], record: Record) -> list[str]:
    """Return the exchanges that are evidence for a requirement or show an observation, in the order of the record."""
    named = {requirement["evidence"] for requirement in requirements}
    for requirement in requirements:
        named |= set(requirement["evidence_after"])
        named |= {one["exchange"] for one in requirement["observations"][:OBSERVATIONS_SHOWN]}
    return [name for name in record.exchanges if name in named]


def _leads(finding: Event, verdict: Event | None) -> bool:
    """Return whether a finding comes first; where no verdict says which one, a simplified one does."""
    lead = None if verdict is None else verdict.get("lead")
    return bool(finding["minimal"] if lead is None else finding["id"] == lead)


def _verdict(verdict: Event | None, findings: Sequence[Event]) -> str:
    """Return the recorded verdict; `untested` where it is missing, `failed` where findings contradict it."""
    recorded: str = "untested" if verdict is None else verdict["verdict"]
    return "failed" if recorded in {"passed", "untested"} and findings else recorded


def _reason(verdict_name: str, verdict: Event | None, untested: str | None, missing: str) -> str | None:
    recorded: str | None = None if verdict is None else verdict["reason"]
    if verdict_name != "untested":
        return recorded
    return recorded or untested or (missing if verdict is None else None)


def _finding(finding: Event, exchanges: Mapping[str, Event]) -> Report:
    exchange = exchanges.get(finding["exchange"])
    expected, observed = telling_apart(finding["expected"], finding["observed"])
    return {
        **{key: finding[key] for key in ("id", "minimal", "curl")},
        "expected": expected,
        "observed": observed,
        "exchange": None if exchange is None else _exchange(exchange),
        "before": [_exchange(exchanges[name]) for name in finding.get("before", ()) if name in exchanges],
    }


def _exchange(event: Event) -> Report:
    return {key: value for key, value in event.items() if key not in _EXCHANGE_INTERNALS}


def _observations(events: Sequence[Event]) -> list[Report]:
    times = Counter(event["observed"] for event in events)
    first = {event["observed"]: event["exchange"] for event in reversed(events)}
    return [{"observed": text, "times": count, "exchange": first[text]} for text, count in times.items()]


def _untested(record: Record, requirements: Iterable[Report]) -> list[Report]:
    """Return requirement and reason of everything that was not tested or only in part, in contract order."""
    recorded = _by_requirement(record.untested)
    missing: list[Report] = []
    for requirement in requirements:
        reasons = dict.fromkeys(event["reason"] for event in recorded.get(requirement["id"], ()))
        if requirement["verdict"] == "untested" and not reasons:
            reasons = {requirement["reason"] or "The run gave no reason.": None}
        missing += ({"requirement": requirement["id"], "reason": reason} for reason in reasons)
    return missing


def _counts(requirements: Iterable[Report]) -> dict[str, dict[str, int]]:
    found = Counter((requirement["level"], requirement["verdict"]) for requirement in requirements)
    return {level: {verdict: found[level, verdict] for verdict in VERDICTS} for level in LEVELS}


def _broken_sentence(record: Record, counts: Mapping[str, Mapping[str, int]]) -> str:
    total = {verdict: sum(counts[level][verdict] for level in LEVELS) for verdict in VERDICTS}
    if record.footer is None:
        sent = f"{len(record.exchanges):,} exchange{'' if len(record.exchanges) == 1 else 's'}"
        failed = f", in which {total['failed']} of {sum(total.values())} requirements failed" if total["failed"] else ""
        return f"The run against {record.header['target']['url']} ended early, after {sent}{failed}."
    numbers = ", ".join(f"{number} {verdict}" for verdict, number in total.items() if number)
    return f"The run against {record.header['target']['url']} is broken; its record has: {numbers}."


def _recorded_traffic(record: Record) -> Report:
    """Return the traffic that the recorded exchanges show, where there is no footer; more may have been sent."""
    exchanges = record.exchanges.values()
    retries = sum(len(exchange["attempts"]) for exchange in exchanges)
    return {
        "requests": len(exchanges) + retries,
        "orders_created": sum(
            exchange["response"] is not None and exchange["response"]["status"] == HTTPStatus.CREATED
            for exchange in exchanges
        ),
        "retries": retries,
        "seconds": max((exchange["at"] + exchange["elapsed"] for exchange in exchanges), default=0),
    }


def _shares(record: Record) -> tuple[Mapping[str, int], Mapping[str, float]]:
    """Return how many exchanges tested each requirement, and its time: all that an exchange tested share that of it."""
    exchanges: Counter[str] = Counter()
    seconds: defaultdict[str, float] = defaultdict(float)
    for exchange, names in _tested(record):
        exchanges.update(names)
        share = exchange["elapsed"] / max(1, len(names))
        for name in names:
            seconds[name] += share
    return exchanges, seconds


def _tested(record: Record) -> Iterator[tuple[Event, set[str]]]:
    """Yield each exchange with the requirements that it tested."""
    raised = {finding["id"]: finding["requirement"] for finding in record.findings}
    for exchange in record.exchanges.values():
        found = (raised[known] for known in exchange["findings"] if known in raised)
        yield exchange, {*exchange["bears_on"], *found}


def _command(header: Event) -> str:
    words = [header["suite"]["name"], "run"]
    if "app" in header["settings"]:
        words += ["--app", header["settings"]["app"]]
    elif not header["target"]["embedded"]:
        words += ["--target", header["target"]["url"]]
    words += ["--profile", header["profile"], "--seed", str(header["seed"]), "--fail-on", header["fail_on"]]
    if header["selection"] is not None:
        words += ["-k", header["selection"]]
    for name in _OPTIONS:
        given = header["settings"].get(name)
        values = given if isinstance(given, list) else [given]
        for value in (one for one in values if one is not None):
            words += [f"--{name}", str(value)]
    return shlex.join(words)


def _by_requirement(events: Iterable[Event]) -> Mapping[str, Sequence[Event]]:
    grouped: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        grouped[event["requirement"]].append(event)
    return grouped
