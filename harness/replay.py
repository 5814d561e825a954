"""Replaying a finding of a record: the same requests with new references, judged by the same oracle."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.classification import Name
from harness.engine import Engine
from harness.errors import UsageProblem
from harness.evaluation import Evaluation, Judged
from harness.journal import Journal
from harness.oracle import Oracle
from harness.restraint import Allowance, Budget
from harness.sender import Deliver, Sender
from harness.tally import Tally
from reports.record import Record, RecordError, read
from spec.contract import Contract
from strategies.credentials import RIGHT, Credentials
from strategies.orders import Orders
from strategies.probe import JSON, Pause, Probe, Script, Send, Together
from strategies.references import References, run_prefix

_AT_ONCE = 5
_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: whether the requirement is still broken, and what was observed."""

    requirement: str
    fails: bool
    observed: str


def load(path: Path, wanted: str) -> tuple[Record, Mapping[str, Any]]:
    """Find a finding in a record by its id, or the first one of a requirement by the requirement's.

    Raises:
        UsageProblem: the record cannot be read, or has no such finding.

    """
    try:
        record = read(path)
    except RecordError as error:
        raise UsageProblem(str(error)) from error
    for finding in record.findings:
        if wanted in {finding["id"], finding["requirement"]}:
            return record, finding
    known = ", ".join(finding["id"] for finding in record.findings[:10]) or "none at all"
    message = f"the record has no finding {wanted!r}: name one of its findings ({known}) or a requirement that failed"
    raise UsageProblem(message)


def replay(
    record: Record, finding: Mapping[str, Any], contract: Contract, credentials: Credentials, deliver: Deliver
) -> Replayed:
    """Send the exchanges of a finding again, with new references, and judge the last one.

    Raises:
        UsageProblem: the record was made by another contract.
        BrokenRun: the target cannot be reached.

    """
    if record.header["contract"]["digest"] != contract.digest:
        message = "the record was made by another version of the contract: name that file with --contract"
        raise UsageProblem(message)
    engine = _engine(record, finding, contract, credentials, deliver)
    requirement = contract.requirements[finding["requirement"]]
    exchanges = [record.exchanges[name] for name in (*finding.get("before", ()), finding["exchange"])]
    prefix = record.header["reference_prefix"]
    probes = [_probe(one, credentials, prefix, engine.orders.prefix) for one in exchanges]
    engine.perform(_script(probes, requirement.family))
    last = next(reversed(engine.evaluation.exchanges.values()))
    broken = engine.evaluation.tally.counts[requirement.id].broken > 0
    name = (requirement.family, *requirement.subject)
    suspected = any(name in _suspected(judged) for judged in engine.unsettled)
    return Replayed(requirement.id, broken or suspected, _shown(last.reply.status if last.reply else None))


def _suspected(judged: Judged) -> tuple[Name, ...]:
    """Name what an exchange raised a suspicion about: the order was refused again, whatever the reason."""
    suspicion = judged.judgement.suspicion
    return (*suspicion.candidates, suspicion.fallback, ("combinations",)) if suspicion else ()


def _engine(
    record: Record, finding: Mapping[str, Any], contract: Contract, credentials: Credentials, deliver: Deliver
) -> Engine:
    settings = record.header["settings"]
    organisation = {field.name: settings[field.name] for field in contract.fields.values() if field.organisation}
    orders = Orders(contract, organisation, References(run_prefix()))
    oracle = Oracle(contract, credentials, organisation)
    return Engine(
        sender=Sender(deliver, credentials, orders, Allowance(Budget(), contract.statuses.conflict)),
        evaluation=Evaluation(
            oracle=oracle,
            tally=Tally(contract, [finding["requirement"]]),
            journal=Journal(lambda _event: None, credentials, "", lambda _request: {}, orders.prefix),
            memory=oracle.memory(),
            now=lambda: datetime.now(UTC),
        ),
        explain=_leave,
    )


def _leave(*_arguments: Any, **_words: Any) -> bool:
    """Leave every suspicion unsettled: it is enough to know that the request was refused again."""
    return False


def _probe(exchange: Mapping[str, Any], credentials: Credentials, old: str, new: str) -> Probe:
    request = exchange["request"]
    body = request["body"]
    content = body["text"].encode() if "text" in body else base64.b64decode(body["base64"])
    headers = {name.lower(): value for name, value in request["headers"]}
    near = credentials.near_headers().get(exchange["probe"].removeprefix("credentials/"))
    return Probe(
        exchange["probe"],
        content.replace(old.encode(), new.encode()),
        credentials=request["credentials"] if near is None else RIGHT,
        authorization=near,
        content_type=headers.get("content-type") if headers else JSON,
        connection=exchange["connection"],
    )


def _script(probes: list[Probe], family: str) -> Script:
    *before, last = probes
    for probe in before:
        yield Send(probe)
    if family == "duplicate_after_pause":
        yield Pause(_PAUSE)
    if family == "duplicate_concurrent":
        lanes = tuple(Probe(last.name, last.body, connection=f"racer-{lane}") for lane in range(_AT_ONCE))
        yield Together(lanes)
    else:
        yield Send(last)


def _shown(status: int | None) -> str:
    return "no answer" if status is None else f"status {status}"
