"""Checks that a record is consistent, beyond the schema of its lines.

A record with missing lines, or with verdicts that do not follow from its findings, must not be trusted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase

from orders_conformance.reports.record.schema import Event
from orders_conformance.reports.record.types import Record


def contradictions(record: Record) -> Iterator[str]:
    """Yield one line for each contradiction in `record`; none where it is consistent."""
    yield from _unknown_references(record)
    yield from _unfounded_verdicts(record)
    yield from _unfounded_waivers(record)
    if record.footer is not None:
        yield from _missing_verdicts(record)
        yield from _unfounded_outcome(record, record.footer["outcome"])


def _unknown_references(record: Record) -> Iterator[str]:
    requirements = {requirement["id"] for requirement in record.header["requirements"]}
    for event in (*record.findings, *record.observations, *record.untested, *record.verdicts.values()):
        if event["requirement"] not in requirements:
            yield f"{_with_article(event['type'])} event names {event['requirement']}, which the header does not list"
    for event in (*record.findings, *record.observations):
        for name in (event["exchange"], *event.get("before", ())):
            if name is not None and name not in record.exchanges:
                yield f"{_with_article(event['type'])} event names the exchange {name}, which is not in the record"
    findings = {finding["id"] for finding in record.findings}
    for exchange in record.exchanges.values():
        for finding in exchange["findings"]:
            if finding not in findings:
                yield f"the exchange {exchange['id']} names the finding {finding}, which is not in the record"


def _unfounded_verdicts(record: Record) -> Iterator[str]:
    shown: defaultdict[str, set[str]] = defaultdict(set)
    raised: defaultdict[str, set[str]] = defaultdict(set)
    for finding in record.findings:
        shown[finding["requirement"]].add(finding["exchange"])
        raised[finding["requirement"]].add(finding["id"])
    for requirement, verdict in record.verdicts.items():
        name, exchanges, against = verdict["verdict"], verdict["exchanges"], verdict["against"]
        if against > exchanges:
            yield f"more exchanges failed the requirement {requirement} than tested it"
        if against < len(shown[requirement]):
            yield f"more exchanges failed the requirement {requirement} than its verdict counts"
        if (lead := verdict.get("lead")) is not None and lead not in raised[requirement]:
            yield f"the verdict on {requirement} names the finding {lead}, which the record does not have for it"
        lacks = verdict.get("without")
        if lacks is not None and lacks not in record.header.get("without", ()):
            yield f"the verdict on {requirement} names the lack of {lacks}, which the header does not declare"
        explained = name == "untested" and (lacks is not None or is_explained(record, requirement))
        if name in {"passed", "untested"} and against and not explained:
            yield f"the requirement {requirement} is {name} although exchanges failed it"
        stale = name == "failed" and (lacks is not None or verdict.get("declared") is not None)
        if name in {"failed", "waived"} and not against and not stale:
            yield f"the requirement {requirement} is {name} although no exchange failed it"
        if name == "passed" and exchanges == 0:
            yield f"the requirement {requirement} is passed although no exchange tested it"


def is_explained(record: Record, requirement: str) -> bool:
    """Whether the record says that the findings of an untested requirement follow from another one, which failed."""
    causes = [one.get("follows_from") for one in record.untested if one["requirement"] == requirement]
    return any(verdict["verdict"] == "failed" for name, verdict in record.verdicts.items() if name in causes)


def _unfounded_waivers(record: Record) -> Iterator[str]:
    day = record.header["started_at"][:10]
    formerly = {one["id"]: one.get("formerly", one["id"]) for one in record.header["requirements"]}
    for requirement, verdict in record.verdicts.items():
        name, deviation = verdict["verdict"], declared(record, verdict)
        if verdict.get("declared") is not None and (
            deviation is None
            or not any(
                fnmatchcase(identifier, deviation["requirement"])
                for identifier in (requirement, formerly.get(requirement, requirement))
            )
        ):
            yield f"the verdict on {requirement} names a deviation that the header does not declare for it"
        elif name == "waived" and deviation is None:
            yield f"the requirement {requirement} is waived although no deviation was declared"
        elif name == "waived" and deviation is not None and (deviation["expires"] or day) < day:
            yield f"the requirement {requirement} is waived although the deviation had expired"


def declared(record: Record, verdict: Event) -> Event | None:
    """Return the declared deviation that a verdict names; None where it names none, or one that is not declared."""
    deviations = record.header.get("deviations") or {"entries": ()}
    return next((one for one in deviations["entries"] if one["requirement"] == verdict.get("declared")), None)


def _missing_verdicts(record: Record) -> Iterator[str]:
    listed = Counter(requirement["id"] for requirement in record.header["requirements"])
    yield from (f"the header lists the requirement {name} {times} times" for name, times in listed.items() if times > 1)
    missing = [name for name in listed if name not in record.verdicts]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield f"no verdict for the requirement {missing[0]}{more}"


def _unfounded_outcome(record: Record, outcome: str) -> Iterator[str]:
    found = {
        (requirement["level"], verdict["verdict"])
        for requirement in record.header["requirements"]
        if (verdict := record.verdicts.get(requirement["id"])) is not None
    }
    gate = {"must"} if record.header["fail_on"] == "must" else {"must", "should"}
    if outcome in {"conformant", "partial"} and any((level, "failed") in found for level in gate):
        yield f"the outcome is {outcome} although a requirement that counts failed"
    failed = [one for one in record.verdicts.values() if one["verdict"] == "failed"]
    for name, what in (("declared", "deviation"), ("without", "lack")):
        if outcome in {"conformant", "partial"} and any(one.get(name) is not None for one in failed):
            yield f"the outcome is {outcome} although a declared {what} is stale"
    if outcome == "conformant" and record.header.get("without"):
        yield "the outcome is conformant although the target was declared to lack features"
    forced = {requirement["level"] for requirement in record.header["requirements"] if _is_forced(record, requirement)}
    if outcome == "conformant" and forced & gate:
        yield "the outcome is conformant although a requirement that counts was judged by forced responses alone"
    if outcome == "conformant" and found & {("must", "untested"), *((level, "waived") for level in gate)}:
        yield "the outcome is conformant although a requirement that counts is untested or waived"


def _is_forced(record: Record, requirement: Event) -> bool:
    return bool(record.verdicts.get(requirement["id"], {}).get("forced"))


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
