"""The record of a run: how it is written, and how it is read back.

`record.jsonl` holds one JSON object a line: a header, events, a footer. `record.schema.json` says what each may hold.
The reader never lets a doubtful record look green: without a header it raises `RecordError`; with anything else amiss
it returns what can be read, and `Record.damage` says what is wrong.
"""

import json
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NoReturn

from orders_conformance.reports.record.former import without_former_fields
from orders_conformance.reports.record.integrity import contradictions
from orders_conformance.reports.record.schema import Event, fault
from orders_conformance.reports.record.types import CutRecordError, Record, RecordError
from orders_conformance.reports.text import quoted, single_spaced

_FAULTS_TOLD = 3
# What earlier versions called an outcome.
_FORMER_OUTCOMES = {"nonconformant": "not conformant"}
# What every record begins with.
_BEGINNING = b'{"type":"header",'


def read(path: Path) -> Record:
    """Read the record at `path`.

    Raises:
        CutRecordError: If the file ends before its header does.
        RecordError: If the file cannot be read or is no record.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"the record {quoted(path)} cannot be read: {error.strerror}"
        raise RecordError(message) from error
    first, *lines = content.split(b"\n")
    header, wrong = _parsed(first)
    if _BEGINNING.startswith(content) or (header is None and not lines and first.startswith(_BEGINNING)):
        message = f"the record {quoted(path)} ends within its header: the run was ended as it began; start it again"
        raise CutRecordError(message)
    if header is None or header["type"] != "header":
        message = f"the record {quoted(path)} does not start with a header: {wrong or 'its first line is an event'}"
        raise RecordError(message)
    gathered = _Gathered(header)
    if lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=2):
        gathered.add_line(number, line)
    return gathered.record()


@dataclass(slots=True)
class _Gathered:
    """What has been read so far. Of two events with the same name the first one counts."""

    header: Event
    exchanges: dict[str, Event] = field(default_factory=dict)
    findings: dict[str, Event] = field(default_factory=dict)
    observations: list[Event] = field(default_factory=list)
    untested: list[Event] = field(default_factory=list)
    verdicts: dict[str, Event] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    footer: Event | None = None
    faults: list[str] = field(default_factory=list)

    def add_line(self, number: int, line: bytes) -> None:
        event, wrong = _parsed(line)
        if event is None:
            self.faults.append(f"line {number}: {wrong}")
            return
        if self.footer is not None:
            self.faults.append(f"line {number} stands after the footer")
        if not self._add(event):
            name = event.get("id") or event.get("requirement")
            self.faults.append(f"line {number} repeats the {event['type']}{f' {name}' if name else ''}")

    def _add(self, event: Event) -> bool:
        """Take in `event`; return False if the record holds one with this name already."""
        match event["type"]:
            case "exchange":
                return self.exchanges.setdefault(event["id"], event) is event
            case "finding":
                return self.findings.setdefault(event["id"], event) is event
            case "verdict":
                return self.verdicts.setdefault(event["requirement"], event) is event
            case "observation":
                self.observations.append(event)
            case "untested":
                self.untested.append(event)
            case "note":
                self.notes.append(event["text"])
            case "footer" if self.footer is None:
                self.footer = {**event, "outcome": _FORMER_OUTCOMES.get(event["outcome"], event["outcome"])}
            case _:
                return False
        return True

    def record(self) -> Record:
        if self.footer is None:
            self.faults.append("there is no footer, so the run did not end")
        return self._record(_told(self.faults)) if self.faults else self._cross_checked()

    def _cross_checked(self) -> Record:
        record = self._record(None)
        wrong = list(contradictions(record))
        return self._record(_told(wrong)) if wrong else record

    def _record(self, damage: str | None) -> Record:
        return Record(
            header=self.header,
            exchanges=self.exchanges,
            findings=tuple(self.findings.values()),
            observations=tuple(self.observations),
            untested=tuple(self.untested),
            verdicts=self.verdicts,
            notes=tuple(self.notes),
            footer=self.footer,
            damage=damage,
        )


def _parsed(line: bytes) -> tuple[Event | None, str | None]:
    """Return the event of a line, or what is wrong with the line."""
    if not line.strip():
        return None, "it is empty"
    try:
        event = json.loads(line, parse_constant=_refuse_constant)
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError:
        return None, "it is cut off or not JSON"
    event = without_former_fields(event)
    wrong = fault(event)
    return (None, wrong) if wrong else (event, None)


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _told(faults: list[str]) -> str:
    more = len(faults) - _FAULTS_TOLD
    told = "; ".join(islice(faults, _FAULTS_TOLD))
    return single_spaced(f"The record is damaged: {told}{f'; and {more} more faults' if more > 0 else ''}.")
