"""What a record must agree on with itself, beyond the schema of its lines.

A record from which lines were lost or taken, or whose verdicts do not follow from its evidence, must not be believed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # record.py imports this module
    from reports.record import Record


def contradictions(record: "Record") -> Iterator[str]:
    """Yield, one line each, what contradicts itself in `record`; nothing for a sound one."""
    yield from _unknown_names(record)
    yield from _verdicts_without_grounds(record)
    if record.footer is not None:
        yield from _missing_verdicts(record)
        yield from _outcome_too_good(record, record.footer["outcome"])


def _unknown_names(record: "Record") -> Iterator[str]:
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


def _verdicts_without_grounds(record: "Record") -> Iterator[str]:
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
        # A declared deviation that is not there fails with a reason instead of evidence.
        stale = word == "failed" and verdict["reason"]
        if word in {"failed", "waived"} and not against and not stale:
            yield f"the requirement {requirement} is {word} although no exchange speaks against it"
        if word == "passed" and exchanges == 0:
            yield f"the requirement {requirement} passed although no exchange bears on it"


def _missing_verdicts(record: "Record") -> Iterator[str]:
    listed = Counter(requirement["id"] for requirement in record.header["requirements"])
    yield from (f"the header lists the requirement {name} {times} times" for name, times in listed.items() if times > 1)
    missing = [name for name in listed if name not in record.verdicts]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield f"no verdict for the requirement {missing[0]}{more}"


def _outcome_too_good(record: "Record", outcome: str) -> Iterator[str]:
    found = {
        (requirement["level"], verdict["verdict"])
        for requirement in record.header["requirements"]
        if (verdict := record.verdicts.get(requirement["id"])) is not None
    }
    gate = {"must"} if record.header["fail_on"] == "must" else {"must", "should"}
    if outcome in {"conformant", "partial"} and any((level, "failed") in found for level in gate):
        yield f"the outcome is {outcome} although a requirement that counts failed"
    if outcome == "conformant" and found & {("must", "untested"), ("must", "waived")}:
        yield "the outcome is conformant although a requirement of level must is untested or waived"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
