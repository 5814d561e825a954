"""Reads the record of a run.

`record.jsonl` has one JSON object on each line: a header, events and a footer. `record.schema.json` is their schema.
Without a header, the reader raises `RecordError`. A record with any other damage is returned as far as it can be read,
with the reason in `Record.damage`; reports then give it the outcome `broken`.
"""

import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from orders_conformance.reports.record.chain import BEGINNING, CHAINED, PREVIOUS, digest
from orders_conformance.reports.record.evidence import kept_short
from orders_conformance.reports.record.former import without_former_fields
from orders_conformance.reports.record.integrity import contradictions
from orders_conformance.reports.record.schema import Event, fault
from orders_conformance.reports.record.types import CutRecordError, Record, RecordError
from orders_conformance.reports.text import quoted, single_spaced

_FAULTS_SHOWN = 3
# Names of outcomes in records of earlier versions.
_FORMER_OUTCOMES = {"nonconformant": "not conformant"}
_NO_FOOTER = "there is no footer, so the run did not end"
# Bytes of a line whose messages are cut if no finding names it.
_LONG = 16 * 1024
# The first bytes of exchanges as a run writes them; of every record.
_EXCHANGE = b'{"type":"exchange",'
_BEGINNING = b'{"type":"header",'


def read(path: Path) -> Record:
    """Return the record at `path`.

    Raises:
        CutRecordError: If the file ends before its header does.
        RecordError: If the file cannot be read, or is not a record.
    """
    return _opened(path, None)


def read_with_events(path: Path) -> tuple[Record, tuple[Event, ...]]:
    """Return the record at `path`, and all its events in their order, the header first, each of them whole.

    A verification needs both. They share their values, so that the file is parsed, validated and kept only once.

    Raises:
        CutRecordError: If the file ends before its header does.
        RecordError: If the file cannot be read, or is not a record.
    """
    found: list[Event] = []
    record = _opened(path, found)
    return record, (record.header, *found)


def _opened(path: Path, found: list[Event] | None) -> Record:
    try:
        with path.open("rb") as file:
            shown = _named_by_findings(file)
            file.seek(0)
            return _read(path, file, shown, found)
    except OSError as error:
        message = f"the record {quoted(path)} cannot be read: {error.strerror}"
        raise RecordError(message) from error


def _named_by_findings(lines: Iterable[bytes]) -> frozenset[str]:
    """Return the ids of the exchanges that findings name: of the others the reports show nothing long."""
    named: set[str] = set()
    for line in lines:
        event = None if line.startswith(_EXCHANGE) else _parsed(line)[0]
        if event is not None and event["type"] == "finding":
            named.update((event["exchange"], *event.get("before", ())))
    return frozenset(named)


def _read(path: Path, lines: Iterator[bytes], shown: Container[str], found: list[Event] | None) -> Record:
    """Read the lines of a record one after another; of a long exchange that no finding names, the beginning is kept.

    Where there is a list `found`, each valid event after the header is added to it, whole.
    """
    first = next(lines, b"")
    header, wrong = _parsed(first)
    unfinished = not first.endswith(b"\n")
    if unfinished and (_BEGINNING.startswith(first) or (header is None and first.startswith(_BEGINNING))):
        message = f"the record {quoted(path)} ends within its header: the run was stopped at its start; run it again"
        raise CutRecordError(message)
    if header is None or header["type"] != "header":
        message = f"the record {quoted(path)} does not start with a header: {wrong or 'its first line is an event'}"
        raise RecordError(message)
    builder = _Builder(header, shown, found)
    builder.follow(1, first, header)
    for number, line in enumerate(lines, start=2):
        builder.add_line(number, line)
    return builder.record()


@dataclass(slots=True)
class _Builder:
    """Collects the lines of a record. Of two events with the same name, the first one counts."""

    header: Event
    shown: Container[str] = ()
    found: list[Event] | None = None
    exchanges: dict[str, Event] = field(default_factory=dict)
    findings: dict[str, Event] = field(default_factory=dict)
    observations: list[Event] = field(default_factory=list)
    untested: list[Event] = field(default_factory=list)
    verdicts: dict[str, Event] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)
    footer: Event | None = None
    faults: list[str] = field(default_factory=list)
    cut: int | None = None
    head: str = BEGINNING
    whole: Any = field(default_factory=sha256)
    lines: int = 0

    def follow(self, number: int, line: bytes, event: Event | None) -> None:
        """Check that a line carries the digest of the line before; one of the first version may carry none."""
        previous = None if event is None else event.get(PREVIOUS)
        chained = PREVIOUS in self.header or self.header["record_version"] >= CHAINED
        if chained and event is not None and previous != self.head:
            before = f"line {number - 1}" if number > 1 else "the beginning of a record"
            self.faults.append(f"line {number} does not follow {before}: one of them was changed, moved or taken out")
        self.head = digest(line)
        self.whole.update(line)
        self.lines = number

    def add_line(self, number: int, line: bytes) -> None:
        event, wrong = _parsed(line)
        self.follow(number, line, event)
        if event is None and not line.endswith(b"\n"):
            self.cut = number
            return
        if event is None:
            self.faults.append(f"line {number}: {wrong}")
            return
        event = without_previous(event)
        if self.found is not None and event["type"] != "header":
            self.found.append(event)
        if len(line) > _LONG and event["type"] == "exchange" and event["id"] not in self.shown:
            event = kept_short(event)
        if self.footer is not None:
            self.faults.append(f"line {number} is after the footer")
        if not self._add(event):
            name = event.get("id") or event.get("requirement")
            self.faults.append(f"line {number} repeats the {event['type']}{f' {name}' if name else ''}")

    def _add(self, event: Event) -> bool:
        """Add `event`; return False where the record already has one with its name."""
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
                if "feature" in event:
                    self.hints.setdefault(event["feature"], event["text"])
            case "evidence" | "settled":
                # What led to a verdict: a verification reads it, and no report shows it.
                return True
            case "footer" if self.footer is None:
                self.footer = {**event, "outcome": _FORMER_OUTCOMES.get(event["outcome"], event["outcome"])}
            case _:
                return False
        return True

    def record(self) -> Record:
        if self.footer is None and not self.faults:
            return replace(self._record(f"{_ends_early(self.cut)}: {_NO_FOOTER}."), ended_early=True)
        if self.cut is not None:
            self.faults.append(f"line {self.cut}: it is cut off or not JSON")
        if self.footer is None:
            self.faults.append(_NO_FOOTER)
        return self._record(_damage(self.faults)) if self.faults else self._cross_checked()

    def _cross_checked(self) -> Record:
        record = self._record(None)
        wrong = list(contradictions(record))
        return self._record(_damage(wrong)) if wrong else record

    def _record(self, damage: str | None) -> Record:
        return Record(
            header=without_previous(self.header),
            exchanges=self.exchanges,
            findings=tuple(self.findings.values()),
            observations=tuple(self.observations),
            untested=tuple(self.untested),
            verdicts=self.verdicts,
            notes=tuple(self.notes),
            footer=self.footer,
            damage=damage,
            digest=f"sha256:{self.whole.hexdigest()}",
            head=self.head,
            lines=self.lines,
            hints=self.hints,
        )


def without_previous(event: Event) -> Event:
    """Return an event without the digest of the line before, which is a property of its line."""
    return {name: value for name, value in event.items() if name != PREVIOUS}


def _parsed(line: bytes) -> tuple[Event | None, str | None]:
    """Return the event of a line and None, or None and what is wrong with the line."""
    if not line.strip():
        return None, "it is empty"
    try:
        event = json.loads(line, parse_constant=_reject_constant)
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError:
        return None, "it is cut off or not JSON"
    event = without_former_fields(event)
    wrong = fault(event)
    return (None, wrong) if wrong else (event, None)


def _reject_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _ends_early(cut: int | None) -> str:
    """Return what a run that was killed leaves: whole lines, and perhaps the beginning of one more."""
    return "The record ends early" if cut is None else f"The record ends early, within line {cut}"


def _damage(faults: list[str]) -> str:
    more = len(faults) - _FAULTS_SHOWN
    further = f"; and {more} more fault{'' if more == 1 else 's'}" if more > 0 else ""
    shown = "; ".join(islice(faults, _FAULTS_SHOWN))
    return single_spaced(f"The record is damaged: {shown}{further}.")
