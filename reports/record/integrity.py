"""What a record must agree on with itself, beyond the schema of its lines.

A record from which lines were lost or taken, or whose verdicts do not follow from its evidence, must not be believed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase

from orders_conformance.reports.record.schema import Event
from orders_conformance.reports.record.types import Record


def contradictions(record: Record) -> Iterator[str]:
    """Yield, one line each, what contradicts itself in `record`; nothing for a sound one."""
    yield from _unknown_names(record)
    yield from _verdicts_without_grounds(record)
    yield from _unfounded_waivers(record)
    if record.footer is not None:
        yield from _missing_verdicts(record)
        yield from _outcome_too_good(record, record.footer["outcome"])


def _unknown_names(record: Record) -> Iterator[str]:
    requirements = {requirement["id"] for requirement in record.header["requirements"]}
    for event in (*record.findings, *record.observations, *record.untested, *record.verdicts.values()):
        if event["requirement"] not in requirements:
            yield f"{_a(event['type'])} names the requirement {event['requirement']}, which the header does not list"
    for event in (*record.findings, *record.observations):
        for name in (event["exchange"], *event.get("before", ())):
            if name is not None and name not in record.exchanges:
                yield f"{_a(event['type'])} names the exchange {name}, which is not in the record"
    findings = {finding["id"] for finding in record.findings}
    for exchange in record.exchanges.values():
        for finding in exchange["findings"]:
            if finding not in findings:
                yield f"the exchange {exchange['id']} names the finding {finding}, which is not in the record"


def _verdicts_without_grounds(record: Record) -> Iterator[str]:
    shown: defaultdict[str, set[str]] = defaultdict(set)
    for finding in record.findings:
        shown[finding["requirement"]].add(finding["exchange"])
    for requirement, verdict in record.verdicts.items():
        word, exchanges, against = verdict["verdict"], verdict["exchanges"], verdict["against"]
        if against > exchanges:
            yield f"more exchanges speak against the requirement {requirement} than bear on it"
        if against < len(shown[requirement]):
            yield f"more exchanges speak against the requirement {requirement} than its verdict counts"
        if word in {"passed", "untested"} and against:
            yield f"the requirement {requirement} is {word} although exchanges speak against it"
        stale = word == "failed" and verdict.get("declared") is not None
        if word in {"failed", "waived"} and not against and not stale:
            yield f"the requirement {requirement} is {word} although no exchange speaks against it"
        if word == "passed" and exchanges == 0:
            yield f"the requirement {requirement} passed although no exchange bears on it"


def _unfounded_waivers(record: Record) -> Iterator[str]:
    day = record.header["started_at"][:10]
    formerly = {one["id"]: one.get("formerly", one["id"]) for one in record.header["requirements"]}
    for requirement, verdict in record.verdicts.items():
        word, deviation = verdict["verdict"], declared(record, verdict)
        if verdict.get("declared") is not None and (
            deviation is None
            or not any(
                fnmatchcase(name, deviation["requirement"])
                for name in (requirement, formerly.get(requirement, requirement))
            )
        ):
            yield f"the header declares no such deviation as the verdict on the requirement {requirement} names"
        elif word == "waived" and deviation is None:
            yield f"the requirement {requirement} is waived although no deviation was declared"
        elif word == "waived" and deviation is not None and (deviation["expires"] or day) < day:
            yield f"the requirement {requirement} is waived although the deviation had expired"


def declared(record: Record, verdict: Event) -> Event | None:
    """Find the declared deviation that a verdict names; None where it names none, or one that was not declared."""
    deviations = record.header.get("deviations") or {"entries": ()}
    return next((one for one in deviations["entries"] if one["requirement"] == verdict.get("declared")), None)


def _missing_verdicts(record: Record) -> Iterator[str]:
    listed = Counter(requirement["id"] for requirement in record.header["requirements"])
    yield from (f"the header lists the requirement {name} {times} times" for name, times in listed.items() if times > 1)
    missing = [name for name in listed if name not in record.verdicts]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield f"no verdict for the requirement {missing[0]}{more}"


def _outcome_too_good(record: Record, outcome: str) -> Iterator[str]:
    found = {
        (requirement["level"], verdict["verdict"])
        for requirement in record.header["requirements"]
        if (verdict := record.verdicts.get(requirement["id"])) is not None
    }
    gate = {"must"} if record.header["fail_on"] == "must" else {"must", "should"}
    if outcome in {"conformant", "partial"} and any((level, "failed") in found for level in gate):
        yield f"the outcome is {outcome} although a requirement that counts failed"
    stale = any(one["verdict"] == "failed" and one.get("declared") is not None for one in record.verdicts.values())
    if outcome in {"conformant", "partial"} and stale:
        yield f"the outcome is {outcome} although a declared deviation is stale"
    if outcome == "conformant" and found & {("must", "untested"), *((level, "waived") for level in gate)}:
        yield "the outcome is conformant although a requirement that counts is untested or waived"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
